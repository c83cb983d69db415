//! Doubts about a message: what was odd or special about it, for whoever reads it in a production.

macro_rules! doubts {
    ($($key:literal: $da:literal, $en:literal;)*) => {
        /// Code and shape, Danish, English.
        pub(super) const DOUBTS: &[(&str, &str, &str)] = &[$(($key, $da, $en),)*];
    };
}

doubts! {
    // time
    "no_time": "Kilden har intet tidspunkt.", "The source has no time.";
    "clock_out_of_range": "Tidspunktet kan ikke være rigtigt.", "The time cannot be right.";
    "receipt_out_of_range": "Et tidspunkt for levering eller læsning kan ikke være rigtigt og er udeladt.", "A time of delivery or reading cannot be right and is left out.";
    "bad_time:W": "Et tidspunkt ({1}) kunne ikke læses.", "A time ({1}) could not be read.";
    "ambiguous_date:W": "Det kan ikke ses, hvad der er dag, og hvad der er måned, i et tidspunkt ({1}).", "Day and month cannot be told apart in a time ({1}).";
    "ambiguous_hour": "Timen kom to gange den nat, uret blev stillet tilbage.", "The hour came twice in the night when clocks went back.";
    "nonexistent_hour": "Timen fandtes ikke: uret blev stillet frem. Tiden er læst som vintertid.", "The hour did not exist: clocks went forward. It was read as winter time.";
    "time_ambiguous": "Timen kom to gange den nat, uret blev stillet tilbage.", "The hour came twice in the night when clocks went back.";
    "time_in_gap": "Timen fandtes ikke: uret blev stillet frem. Tiden er læst som vintertid.", "The hour did not exist: clocks went forward. It was read as winter time.";
    "time_without_zone": "Kilden siger ikke, hvilken tidszone tidspunktet er i.", "The source does not say which time zone the time is in.";
    "time_in_milliseconds": "Tidspunktet står i millisekunder, hvor kilden ellers har sekunder.", "The time is in milliseconds, where the source otherwise has seconds.";
    "time_in_seconds": "Tidspunktet står i sekunder, hvor kilden ellers har millisekunder.", "The time is in seconds, where the source otherwise has milliseconds.";
    "unsent_at:T": "Trukket tilbage {1}.", "Withdrawn {1}.";
    "deleted_at:T": "Slettet på telefonen {1}.", "Deleted on the phone {1}.";
    "deleted_by_age:T": "Slettet af telefonen selv på grund af sin alder; telefonen angiver {1}.", "Deleted by the phone itself because of its age; the phone gives {1}.";
    "played_at:T": "Afspillet {1}.", "Played {1}.";
    "recovered_at:T": "Hentet tilbage på telefonen {1}.", "Taken back on the phone {1}.";

    // persons and conversations
    "no_sender": "Kilden nævner ingen afsender.", "The source names no sender.";
    "unknown_handle": "Afsenderens nummer mangler i kilden.", "The sender's number is missing in the source.";
    "unknown_recipient": "Kilden nævner en person, den ikke beskriver.", "The source names a person that it does not describe.";
    "unknown_reactor": "Det vides ikke, hvem der gav en reaktion.", "It is not known who gave a reaction.";
    "ambiguous_contact": "Flere personer i adressebogen har dette nummer.", "Several persons in the address book have this number.";
    "several_senders": "Kilden nævner flere afsendere; den første vises.", "The source names several senders; the first is shown.";
    "sender_is_a_name": "Afsenderen er et navn og intet nummer.", "The sender is a name and no number.";
    "sender_from_conversation": "Afsenderen er taget fra samtalen; beskeden selv nævner ingen.", "The sender was taken from the conversation; the message itself names none.";
    "no_address": "Kilden nævner ingen modpart.", "The source names no other party.";
    "addresses_contradict": "Kildens oplysninger om, hvem beskeden gik til og kom fra, modsiger hinanden.", "What the source says of sender and recipients contradicts itself.";
    "address_unreadable": "En adresse kunne ikke læses.", "An address could not be read.";
    "unknown_address_type:W": "En adresse er af ukendt art (kode {1}).", "An address is of an unknown kind (code {1}).";
    "own_number_unknown": "Telefonens eget nummer er ikke kendt, så det kan stå blandt deltagerne.", "The phone's own number is not known, so it may be among the participants.";
    "bad_service_id": "Et af tjenestens id'er for en person kunne ikke læses.", "The service's id of a person could not be read.";
    "author_is_not_the_owner": "Beskeden står som sendt, men en anden end telefonens ejer står som afsender.", "The message stands as sent, but somebody else than the owner of the phone as its author.";
    "direction_unknown": "Det vides ikke, om beskeden er sendt eller modtaget; den vises som modtaget.", "It is not known whether the message was sent or received; it is shown as received.";
    "no_direction": "Kilden siger ikke, om beskeden er sendt eller modtaget.", "The source does not say whether the message was sent or received.";
    "folder_contradicts": "Beskedens mappe passer ikke med, om den er sendt eller modtaget.", "The message's folder does not fit its direction.";
    "type_contradicts_box": "Beskedens art passer ikke med, om den ligger blandt sendte eller modtagne.", "The message's kind does not fit the box it lies in.";
    "unknown_box:W": "Beskeden ligger i en ukendt mappe (kode {1}).", "The message lies in an unknown box (code {1}).";
    "no_chat": "Beskeden hører ikke til nogen samtale i kilden.", "The message belongs to no conversation in the source.";
    "no_conversation": "Beskeden hører ikke til nogen samtale i kilden.", "The message belongs to no conversation in the source.";
    "no_chat_but_named": "Samtalen, som beskeden hører til, er ikke i kopien.", "The conversation that the message belongs to is not in the copy.";
    "several_chats": "Beskeden hører til flere samtaler og vises i den første.", "The message belongs to several conversations and is shown in the first.";
    "no_service": "Kilden siger ikke, hvilken tjeneste der blev brugt.", "The source does not say which service was used.";
    "unknown_protocol:W": "Beskeden er sendt med en ukendt tjeneste (kode {1}).", "The message was sent by an unknown service (code {1}).";
    "no_id": "Beskeden har intet id i kilden.", "The message has no id in the source.";
    "rcs_id_unreadable": "Beskedens id hos RCS kunne ikke læses.", "The message's RCS id could not be read.";

    // text
    "rich_text_unreadable:W": "Den formaterede tekst kunne ikke læses; den rå tekst vises.", "The formatted text could not be read; the plain one is shown.";
    "rich_text_damaged:W": "Den formaterede tekst er beskadiget og vises, så langt den kunne læses.", "The formatted text is damaged and is shown as far as it could be read.";
    "text_differs_from_rich_text": "Kilden har to forskellige tekster; den formaterede vises.", "The source has two different texts; the formatted one is shown.";
    "text_not_utf8": "Nogle tegn i teksten kunne ikke læses.", "Some characters of the text could not be read.";
    "not_utf8": "Nogle tegn kunne ikke læses.", "Some characters could not be read.";
    "no_character": "Teksten henviser til et tegn, der ikke findes.", "The text refers to a character that does not exist.";
    "unknown_entity": "Teksten henviser til et tegn ved et navn, der ikke kendes.", "The text refers to a character by a name that is not known.";
    "cdata_in_cdata": "Filens opmærkning går igen inde i teksten.", "Markup of the file stands inside the text again.";
    "text_cut": "Teksten er længere, end programmet tager, og er afkortet.", "The text is longer than the program takes and was cut.";
    "null_text": "WhatsApp skrev »null« i stedet for det, den ikke kunne eksportere.", "WhatsApp wrote “null” for what it could not export.";
    "empty_text": "Beskeden er tom i kilden.", "The message is empty in the source.";
    "empty": "Beskeden er tom i kilden.", "The message is empty in the source.";
    "no_content": "Kilden har intet indhold til beskeden.", "The source has no content for the message.";
    "long_text_missing": "Beskeden er lang, og kun begyndelsen er i kilden.", "The message is long, and only its beginning is in the source.";
    "too_long:W": "Beskeden er længere, end WhatsApp skriver dem, og er delt i stykker.", "The message is longer than WhatsApp writes them and comes in pieces.";
    "quoted_heads:N": "I teksten står {1:linje|linjer}, der ligner begyndelsen på en anden besked.", "The text holds {1:line that looks|lines that look} like the beginning of another message.";
    "before_first_head": "Teksten står før filens første besked.", "The text stands before the first message of the file.";
    "added_lines:N": "Programmet har skrevet {1:linje|linjer} til sidst i teksten om det, telefonen viste ud over den.", "The program wrote {1:line|lines} at the end of the text about what the phone showed beside it.";
    "transcription": "En udskrift af lydbeskeden, lavet af telefonen, er føjet til.", "A transcription of the audio message, made by the phone, was added.";
    "translated:R": "En oversættelse lavet af telefonen ({1}) er føjet til.", "A translation made by the phone ({1}) was added.";
    "translation_unreadable": "En oversættelse kunne ikke læses.", "A translation could not be read.";
    "mentions:N": "Beskeden nævner {1:deltager|deltagere} ved navn.", "The message mentions {1:participant|participants} by name.";
    "text_from_earlier_copy": "Teksten er fra en tidligere kopi; i den seneste mangler den.", "The text is from an earlier copy; in the latest it is missing.";
    "text_from_other_source": "Teksten er fra en anden kilde; den viste har den ikke.", "The text is from another source; the one shown does not have it.";
    "possible_duplicate": "En anden kilde har en besked, der kan være den samme; begge er med.", "Another source has a message that may be the same; both are here.";
    "attachment_not_joined": "En vedhæftning nævnes kun i teksten.", "An attachment is named in the text only.";
    "link_preview": "Appen viste en omtale af den side, der henvises til.", "The app showed a preview of the page that is linked to.";

    // edits, withdrawals, reactions, replies
    "summary_unreadable": "Oplysninger om redigering kunne ikke læses.", "What the source keeps about edits could not be read.";
    "edits_undecoded:N": "{1:tidligere tekst|tidligere tekster} kunne ikke læses.", "{1:earlier text|earlier texts} could not be read.";
    "several_parts_edited": "Flere dele af beskeden er redigeret.", "Several parts of the message were edited.";
    "earlier_text_not_kept": "Beskeden er redigeret; kilden gemmer ikke den tidligere tekst.", "The message was edited; the source does not keep the earlier text.";
    "edit_mark_guessed": "Beskeden ser ud til at være redigeret; mærket er ikke entydigt.", "The message seems to have been edited; the mark is not unambiguous.";
    "latest_revision_missing": "Den seneste udgave af beskeden er ikke i kilden.", "The latest revision of the message is not in the source.";
    "attachment_of_earlier_revision": "En vedhæftning hører til en tidligere udgave af beskeden.", "An attachment belongs to an earlier revision of the message.";
    "text_of_withdrawn_message": "Beskeden er trukket tilbage, men kilden har stadig tekst.", "The message was withdrawn, but the source still has text.";
    "deleted_by_admin": "Slettet for alle af gruppens administrator.", "Deleted for everyone by the group's administrator.";
    "revoked_by_admin": "Trukket tilbage af gruppens administrator.", "Withdrawn by the group's administrator.";
    "erased": "Appen har fjernet indholdet.", "The app has removed the content.";
    "deleted_part:N": "En del af en besked, slettet på telefonen (del nr. {1}, talt fra 0).", "A part of a message, deleted on the phone (part {1}, counted from 0).";
    "reply_target_missing": "Beskeden, der svares på, er ikke i kopien.", "The message that is answered is not in the copy.";
    "reaction_target_missing": "En reaktion på en besked, der ikke er i kopien.", "A reaction to a message that is not in the copy.";
    "reaction_without_kind": "En reaktion, som kilden ikke siger arten af.", "A reaction whose kind the source does not say.";
    "reaction_without_sender": "En reaktion, som kilden ikke siger, hvem der gav.", "A reaction that the source does not say who gave.";
    "reactions_counted_only": "Kilden tæller reaktionerne, men siger ikke, hvem der gav dem.", "The source counts the reactions and does not say who gave them.";

    // kinds of message
    "unknown_type:W": "Besked af ukendt art (kode {1}).", "Message of an unknown kind (code {1}).";
    "unknown_kind": "Besked af ukendt art.", "Message of an unknown kind.";
    "unknown_special_type:W": "Besked af ukendt særlig art (kode {1}).", "Message of an unknown special kind (code {1}).";
    "unknown_update": "Hændelse af ukendt art.", "Event of an unknown kind.";
    "unknown_group_change": "Ændring i gruppen af ukendt art.", "Change of the group of an unknown kind.";
    "unknown_group_change:W": "Ændring i gruppen af ukendt art (kode {1}).", "Change of the group of an unknown kind (code {1}).";
    "group_change_unreadable": "En ændring i gruppen kunne ikke læses.", "A change of the group could not be read.";
    "system_event:W": "Appens egen meddelelse (kode {1}).", "A notice of the app itself (code {1}).";
    "no_type": "Kilden siger ikke, hvilken art besked det er.", "The source does not say what kind of message this is.";
    "message_of_later_version": "Beskeden kræver en nyere udgave af appen, end telefonen havde.", "The message needs a later version of the app than the phone had.";
    "app_payload": "Beskeden er sendt af en app.", "The message was sent by an app.";
    "app_message:A": "Beskeden er sendt af en app ({1}).", "The message was sent by an app ({1}).";
    "app_message:": "Beskeden er sendt af en app.", "The message was sent by an app.";
    "card_unreadable": "Appens kort kunne ikke læses.", "The app's card could not be read.";
    "digital_touch:W": "Tegning eller tryk sendt med Digital Touch: {1}.", "Drawing or tap sent by Digital Touch: {1}.";
    "handwriting:N": "Håndskrevet besked med {1:streg|streger}; stregerne vises ikke.", "Handwritten message of {1:stroke|strokes}; the strokes are not shown.";
    "poll": "En afstemning.", "A poll.";
    "poll_vote": "En stemme i en afstemning.", "A vote in a poll.";
    "vote_for_unknown_option:N": "{1:stemme|stemmer} på en mulighed, der ikke er i kopien.", "{1:vote|votes} for an option that is not in the copy.";
    "audio_message": "Lydbesked.", "Audio message.";
    "effect:W": "Sendt med effekt: {1}.", "Sent with effect: {1}.";
    "satellite": "Sendt over satellit.", "Sent by satellite.";
    "satellite_pending": "Venter på at blive sendt over satellit.", "Waits to be sent by satellite.";
    "emergency": "Nødbesked.", "Emergency message.";
    "off_grid": "Sendt uden for mobilnettet.", "Sent off the grid.";
    "live_location": "Deling af position, mens man bevæger sig.", "A location shared while moving.";
    "shared_contact": "Et delt kontaktkort.", "A shared contact card.";
    "story": "En historie (story).", "A story.";
    "story_reaction": "En reaktion på en historie (story).", "A reaction to a story.";
    "story_reply": "Et svar på en historie (story).", "An answer to a story.";
    "view_once": "Kunne kun ses én gang.", "Could be seen once only.";
    "spam_folder": "Lå i telefonens mappe for uønskede beskeder.", "Lay in the phone's folder of spam.";

    // sending and receiving
    "draft": "Kladde: ikke sendt.", "Draft: not sent.";
    "not_sent": "Beskeden blev ikke sendt.", "The message was not sent.";
    "not_sent:W": "Beskeden blev ikke sendt ({1}).", "The message was not sent ({1}).";
    "not_yet_sent": "Beskeden var ikke sendt endnu.", "The message had not been sent yet.";
    "not_yet_sent:N": "Beskeden var ikke sendt endnu til {1:modtager|modtagere}.", "The message had not been sent yet to {1:recipient|recipients}.";
    "not_sent_as_sms": "Beskeden blev ikke sendt som sms.", "The message was not sent as an SMS.";
    "not_delivered": "Beskeden nåede ikke frem.", "The message was not delivered.";
    "not_downloaded": "Telefonen havde ikke hentet beskedens indhold.", "The phone had not fetched the message's content.";
    "scheduled": "Planlagt til at blive sendt senere.", "Scheduled to be sent later.";
    "scheduled:W": "Planlagt til at blive sendt senere (tilstand {1}).", "Scheduled to be sent later (state {1}).";
    "schedule_type:W": "Planlagt på en måde, der ikke kendes (kode {1}).", "Scheduled in a way that is not known (code {1}).";
    "receipts_unreadable": "Kvitteringer for levering og læsning kunne ikke læses.", "Receipts of delivery and reading could not be read.";
    "receipts_of_several:N": "Der er kvitteringer fra {1:modtager|modtagere}; den første vises.", "There are receipts of {1:recipient|recipients}; the first is shown.";
    "expirable": "Telefonen sletter beskeden af sig selv.", "The phone deletes the message by itself.";
    "expire_state:W": "Telefonen er ved at slette beskeden af sig selv (tilstand {1}).", "The phone is about to delete the message by itself (state {1}).";
    "detonated": "Beskeden er udløbet, og telefonen har fjernet dens indhold.", "The message has expired and the phone removed its content.";

    // attachments
    "attachment_row_missing": "En vedhæftning er nævnt, men ikke beskrevet i kilden.", "An attachment is named and not described in the source.";
    "attachment_hidden": "Telefonen skjulte en vedhæftning.", "The phone hid an attachment.";
    "attachment_unreadable": "En vedhæftning kunne ikke læses.", "An attachment could not be read.";
    "attachment_damaged": "En vedhæftning er beskadiget.", "An attachment is damaged.";
    "attachment_empty": "En vedhæftning er tom i kilden.", "An attachment is empty in the source.";
    "attachment_of_reaction": "En vedhæftning hører til en reaktion.", "An attachment belongs to a reaction.";
    "attachment_hash_differs": "En vedhæftning er ikke den fil, som beskeden angiver (anden hashværdi).", "An attachment is not the file that the message states (another hash).";
    "attachment_hash_mismatch": "En vedhæftning er ikke den fil, som kilden angiver (anden hashværdi).", "An attachment is not the file that the source states (another hash).";
    "attachment_reference_outside": "En vedhæftning henviser til et sted uden for kilden.", "An attachment refers to a place outside the source.";
    "left_out:W": "En vedhæftning er udeladt af eksporten ({1}).", "An attachment was left out of the export ({1}).";
    "sticker_pack_id_invalid": "Klistermærkets id kunne ikke læses.", "The sticker's id could not be read.";
    "part_unreadable": "En del af beskeden kunne ikke læses.", "A part of the message could not be read.";
    "part_without_text": "En del af beskeden skulle være tekst, men har ingen.", "A part of the message should be text and has none.";

    // damage
    "bad_column:W": "Et felt i kilden havde forkert indhold ({1}).", "A field of the source held something else than it should ({1}).";
    "column_unreadable": "Et felt i kilden kunne ikke læses.", "A field of the source could not be read.";
    "columns_cut": "Kilden har flere felter til beskeden, end programmet tager.", "The source has more fields for the message than the program takes.";
    "fields_cut": "Kilden har flere felter til beskeden, end programmet tager.", "The source has more fields for the message than the program takes.";
    "attribute_twice": "Et felt står to gange i kilden; det første vises.", "A field stands twice in the source; the first is shown.";
    "ambiguous_null": "Kilden skriver »null«; det kan være et tomt felt eller ordet selv.", "The source says “null”, which may be an empty field or the word itself.";
    "marked_corrupt": "Telefonen har selv mærket beskeden som beskadiget.", "The phone itself marked the message as corrupt.";
    "not_authenticated": "Filen er ændret eller beskadiget, så beskedens ægthed er ikke bekræftet.", "The file was changed or damaged, so the message is not authenticated.";
    "markup_damaged": "Filen er beskadiget her; beskeden vises, så langt den kunne læses.", "The file is damaged here; the message is shown as far as it could be read.";
    "record_cut": "Filen er afskåret midt i beskeden.", "The file is cut off inside the message.";
    "record_too_large": "Beskeden er større, end programmet tager, og er afkortet.", "The message is larger than the program takes and was cut.";
    "too_deep": "Beskeden er indlejret dybere, end programmet følger; noget kan mangle.", "The message is nested deeper than the program follows; something may be missing.";

    // reports of forensic programs, read-outs
    "deleted_state:W": "Beskeden var slettet på telefonen (rapportens ord: {1}).", "The message had been deleted on the phone (the report's word: {1}).";
    "decoding_confidence:W": "Rapporten er ikke sikker på, at beskeden er læst rigtigt ({1}).", "The report is not sure that the message was read rightly ({1}).";
    "classification_from_package": "Klassifikationen er pakkens; beskeden selv har ingen.", "The marking is the package's; the message itself has none.";
}
