//! What readers note about a message, in words. The codes stay in `messages.jsonl`; a page must be read
//! by somebody who has never seen one. A code that is not listed here is shown as it stands.

use crate::words::Lang;

/// Code up to its colon, Danish, English; `{}` takes what stands behind the colon.
const REMARKS: &[(&str, &str, &str)] = &[
    ("no_time", "Kilden har intet tidspunkt.", "The source has no time."),
    ("clock_out_of_range", "Tidspunktet kan ikke være rigtigt.", "The time cannot be right."),
    ("no_sender", "Kilden nævner ingen afsender.", "The source names no sender."),
    (
        "unknown_handle",
        "Afsenderens nummer mangler i kilden.",
        "The sender's number is missing in the source.",
    ),
    (
        "ambiguous_contact",
        "Flere personer i adressebogen har dette nummer.",
        "Several persons in the address book have this number.",
    ),
    (
        "no_chat",
        "Beskeden hører ikke til nogen samtale i kilden.",
        "The message belongs to no conversation in the source.",
    ),
    (
        "no_chat_but_named",
        "Samtalen, som beskeden hører til, er ikke i kopien.",
        "The conversation that the message belongs to is not in the copy.",
    ),
    (
        "several_chats",
        "Beskeden hører til flere samtaler og vises i den første.",
        "The message belongs to several conversations and is shown in the first.",
    ),
    (
        "no_service",
        "Kilden siger ikke, hvilken tjeneste der blev brugt.",
        "The source does not say which service was used.",
    ),
    ("no_id", "Beskeden har intet id i kilden.", "The message has no id in the source."),
    (
        "rich_text_unreadable",
        "Den formaterede tekst kunne ikke læses; den rå tekst vises.",
        "The formatted text could not be read; the plain one is shown.",
    ),
    (
        "rich_text_damaged",
        "Den formaterede tekst er beskadiget og vises, så langt den kunne læses.",
        "The formatted text is damaged and is shown as far as it could be read.",
    ),
    (
        "text_differs_from_rich_text",
        "Kilden har to forskellige tekster; den formaterede vises.",
        "The source has two different texts; the formatted one is shown.",
    ),
    (
        "summary_unreadable",
        "Oplysninger om redigering kunne ikke læses.",
        "What the source keeps about edits could not be read.",
    ),
    ("edits_undecoded", "{} tidligere tekster kunne ikke læses.", "{} earlier texts could not be read."),
    (
        "several_parts_edited",
        "Flere dele af beskeden er redigeret.",
        "Several parts of the message were edited.",
    ),
    ("unknown_item_type", "Hændelse af ukendt art (kode {}).", "Event of an unknown kind (code {})."),
    ("unknown_type", "Besked af ukendt art (kode {}).", "Message of an unknown kind (code {})."),
    ("app_payload", "Beskeden er sendt af en app.", "The message was sent by an app."),
    ("app_message", "Beskeden er sendt af en app ({}).", "The message was sent by an app ({})."),
    ("poll_vote", "En stemme i en afstemning.", "A vote in a poll."),
    (
        "reaction_target_missing",
        "En reaktion på en besked, der ikke er i kopien.",
        "A reaction to a message that is not in the copy.",
    ),
    (
        "not_sent",
        "Telefonen kunne ikke sende beskeden (fejl {}).",
        "The phone could not send the message (error {}).",
    ),
    ("scheduled", "Planlagt afsendelse (tilstand {}).", "Scheduled to be sent (state {})."),
    ("audio_message", "Lydbesked.", "Audio message."),
    ("invisible_ink", "Sendt med usynligt blæk.", "Sent with invisible ink."),
    ("satellite", "Sendt over satellit.", "Sent by satellite."),
    ("emergency", "Nødbesked.", "Emergency message."),
    ("off_grid", "Sendt uden for mobilnettet.", "Sent off the grid."),
    (
        "marked_corrupt",
        "Telefonen har selv mærket beskeden som beskadiget.",
        "The phone itself marked the message as corrupt.",
    ),
    ("expirable", "Telefonen sletter beskeden af sig selv.", "The phone deletes the message by itself."),
    (
        "bad_column",
        "Et felt i kilden havde forkert indhold ({}).",
        "A field of the source held something else than it should ({}).",
    ),
    (
        "possible_duplicate",
        "En anden kilde har en besked, der kan være den samme; begge er med.",
        "Another source has a message that may be the same; both are here.",
    ),
    (
        "text_from_earlier_copy",
        "Teksten er fra en tidligere kopi; den nyeste har den ikke.",
        "The text is from an earlier copy; the newest has it no more.",
    ),
    (
        "text_from_other_source",
        "Teksten er fra en anden kilde; den viste har den ikke.",
        "The text is from another source; the one shown does not have it.",
    ),
    (
        "attachment_row_missing",
        "En vedhæftning er nævnt, men ikke beskrevet i kilden.",
        "An attachment is named and not described in the source.",
    ),
    ("attachment_hidden", "Telefonen skjulte en vedhæftning.", "The phone hid an attachment."),
    ("attachment_unreadable", "En vedhæftning kunne ikke læses.", "An attachment could not be read."),
    (
        "attachment_of_reaction",
        "En vedhæftning hører til en reaktion.",
        "An attachment belongs to a reaction.",
    ),
    (
        "receipt_out_of_range",
        "Et tidspunkt for levering eller læsning kan ikke være rigtigt og er udeladt.",
        "A time of delivery or reading cannot be right and is left out.",
    ),
    (
        "attachment_not_joined",
        "En vedhæftning nævnes kun i teksten.",
        "An attachment is named in the text only.",
    ),
    (
        "text_of_withdrawn_message",
        "Beskeden er trukket tilbage; kilden har teksten endnu.",
        "The message was withdrawn; the source still has its text.",
    ),
    (
        "revoked_by_admin",
        "Beskeden er fjernet af en anden end afsenderen.",
        "The message was taken away by somebody else than its sender.",
    ),
    (
        "link_preview",
        "Appen viste en omtale af den side, der henvises til.",
        "The app showed a preview of the page that is linked to.",
    ),
    ("unsent_at", "Trukket tilbage {}.", "Withdrawn {}."),
    ("played_at", "Afspillet {}.", "Played {}."),
    ("recovered_at", "Gendannet efter sletning {}.", "Recovered after deletion {}."),
    ("deleted_at", "Slettet på telefonen {}.", "Deleted on the phone {}."),
    (
        "deleted_by_age",
        "Slettet af telefonens indstilling for, hvor længe beskeder gemmes.",
        "Deleted by the phone's setting of how long messages are kept.",
    ),
    ("deleted_part", "En slettet del af en besked (del {}).", "A deleted part of a message (part {})."),
    (
        "added_lines",
        "De sidste {} linjer viste telefonen; afsenderen skrev dem ikke.",
        "The last {} lines were shown by the phone; the sender did not write them.",
    ),
    (
        "transcription",
        "Telefonens egen udskrift af en lydbesked.",
        "The phone's own transcription of a voice message.",
    ),
    ("translated", "Telefonens egen oversættelse ({}).", "The phone's own translation ({})."),
    ("mentions", "Nævner {} person(er) ved navn.", "Mentions {} person(s)."),
    ("effect", "Sendt med en effekt ({}).", "Sent with an effect ({})."),
    (
        "reply_target_missing",
        "Svar på en besked, der ikke er i kopien.",
        "Answers a message that is not in the copy.",
    ),
    ("card_unreadable", "Hvad appen viste, kunne ikke læses.", "What the app showed could not be read."),
    ("schedule_type", "Planlagt afsendelse (art {}).", "Scheduled to be sent (kind {})."),
    (
        "expire_state",
        "Lydbeskeden var ved at udløbe (tilstand {}).",
        "The voice message was about to expire (state {}).",
    ),
    ("satellite_pending", "Venter på satellit.", "Waits for a satellite."),
    ("system_event", "Hændelse i appen (kode {}).", "Event of the app (code {})."),
    ("view_once", "Kunne kun ses én gang.", "Could be seen once only."),
    (
        "reaction_without_sender",
        "Kilden siger ikke, hvem der reagerede.",
        "The source does not say who reacted.",
    ),
];

/// A code in words.
pub(crate) fn remark(code: &str, lang: Lang) -> String {
    let (name, detail) = code.split_once(':').unwrap_or((code, ""));
    let Some((_, da, en)) = REMARKS.iter().find(|r| r.0 == name) else { return code.to_owned() };
    match lang {
        Lang::Da => da,
        Lang::En => en,
    }
    .replace("{}", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, da: &str, en: &str) {
        assert_eq!((remark(code, Lang::Da), remark(code, Lang::En)), (da.to_owned(), en.to_owned()));
    }

    #[test]
    fn codes() {
        check("no_time", "Kilden har intet tidspunkt.", "The source has no time.");
        check("unknown_type:66", "Besked af ukendt art (kode 66).", "Message of an unknown kind (code 66).");
        check("never_seen:7", "never_seen:7", "never_seen:7");
    }

    #[test]
    fn each_code_once() {
        let mut names: Vec<_> = REMARKS.iter().map(|r| r.0).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), REMARKS.len());
    }
}
