//! Findings about a source or a run, and what to do about each, for whoever made the copy.

use super::Both;

/// What is said of one kind of finding.
pub(super) struct Finding {
    /// Code and shape.
    pub(super) key: &'static str,
    /// Danish.
    pub(super) da: &'static str,
    /// English.
    pub(super) en: &'static str,
    /// What to do, where there is something to do.
    pub(super) advice: Option<Both>,
}

macro_rules! findings {
    ($($key:literal: $da:literal, $en:literal $(=> $advice:ident)?;)*) => {
        pub(super) const FINDINGS: &[Finding] = &[$(Finding {
            key: $key, da: $da, en: $en, advice: [$(Some($advice),)? None][0],
        },)*];
    };
}

macro_rules! advice {
    ($($name:ident: $da:literal, $en:literal;)*) => { $(const $name: Both = ($da, $en);)* };
}

advice! {
    AGAIN: "Tag en ny kopi af telefonen, og indlæs den.", "Make a new copy of the phone and read it in.";
    EXPORT_AGAIN: "Lav eksporten igen, og indlæs den.", "Make the export again and read it in.";
    FETCH_AGAIN: "Hent kildefilen igen der, hvor den kom fra, og sammenlign.", "Fetch the file of the source again from where it came, and compare.";
    SPECIALIST: "Gem kilden uændret, og spørg den, der driver programmet.", "Keep the source unchanged and ask whoever runs the program.";
    NEWER: "Gem kilden; en nyere udgave af programmet kan måske læse resten.", "Keep the source; a newer version of the program may read the rest.";
    KEEP_FOREVER: "Indstil telefonen til at gemme beskeder for altid (Indstillinger > Beskeder > Behold beskeder).", "Set the phone to keep messages for ever (Settings > Messages > Keep Messages).";
    KEEP_CODES: "Slå det fra på telefonen, hvis alle beskeder skal bevares (Indstillinger > Adgangskoder).", "Switch it off on the phone if all messages are to be kept (Settings > Passwords).";
    ICLOUD: "Lad telefonen hente alle beskeder fra iCloud før næste kopi (Indstillinger > iCloud > Beskeder).", "Let the phone fetch all messages from iCloud before the next copy (Settings > iCloud > Messages).";
    ENCRYPTED_BACKUP_OFF: "Slå krypteret sikkerhedskopi fra i appen på telefonen før næste kopi.", "Switch the app's encrypted backup off on the phone before the next copy.";
    APP_BACKUP: "Åbn appen på telefonen før næste kopi; er den i brug, så eksportér dens samtaler fra appen.", "Open the app on the phone before the next copy; if it is in use, export its conversations from the app.";
    APP_EXPORT: "Bruges appen i tjenesten, så eksportér dens beskeder fra appen selv.", "If the app is used for work, export its messages from the app itself.";
    TIMER: "Slå timeren fra, eller tag kopier oftere, end beskederne forsvinder.", "Switch the timer off, or make copies more often than the messages disappear.";
    ASK_OWNER: "Spørg telefonens ejer, hvad der er sket.", "Ask the owner of the phone what happened.";
    OWNER: "Angiv ejeren med --owner-name eller --owner, og indlæs igen.", "Name the owner with --owner-name or --owner and read again.";
    DATE_ORDER: "Angiv datoernes rækkefølge med --date-order, og indlæs igen.", "Give the order of dates with --date-order and read again.";
    WITH_MEDIA: "Eksportér samtalen igen med medier.", "Export the conversation again with media.";
    WITH_FOLDER: "Giv hele mappen med mediefilerne som kilde.", "Give the whole folder with the media as the source.";
    WHOLE_SOURCE: "Giv hele sikkerhedskopien som kilde, hvis den findes.", "Give the whole backup as the source, if there is one.";
    RIGHTS: "Giv adgang til filen, og indlæs igen.", "Give access to the file and read again.";
    MAPPING: "Lav en mapping med »smart probe«, få den godkendt, og indlæs igen.", "Make a mapping with “smart probe”, have it approved and read again.";
    SIGN: "Få pakken underskrevet med »smart sign«.", "Have the package signed with “smart sign”.";
    SIGNED_BY: "Undersøg, hvem der har underskrevet pakken.", "Find out who signed the package.";
    REVIEW_SAMPLE: "Læs en stikprøve af det udeladte, før mere udelades (review sample).", "Read a sample of what was left out before more is left out (review sample).";
    PASS_ONE: "Giv de andre som kilder hver for sig, hvis de også skal indlæses.", "Give the others as sources of their own if they are to be read too.";
    CLOCK: "Stil uret, og bekræft dagen med »dispose today«; til da ryddes og slettes intet.", "Set the clock right and confirm the day with “dispose today”; until then nothing is cleared or disposed of.";
    COMPARE: "Sammenlign med mediet, som det blev læst ud.", "Compare with the medium as it was read out.";
}

findings! {
    // settings of the phone
    "keep_messages_days:N": "Telefonen sletter selv beskeder efter {1:dag|dage}. Det bryder opbevaringsfristerne.", "The phone deletes messages by itself after {1:day|days}. That breaks the periods of retention." => KEEP_FOREVER;
    "keep_messages_differ:N/N": "Telefonen har to indstillinger for, hvor længe beskeder gemmes ({1} og {2} dage; 0 er for altid). Det er ikke sikkert, hvilken der gælder.", "The phone has two settings of how long messages are kept ({1} and {2} days; 0 is for ever). It is not certain which holds." => KEEP_FOREVER;
    "keep_messages_unreadable": "Det kunne ikke læses, om telefonen selv sletter gamle beskeder.", "It could not be read whether the phone deletes old messages by itself." => KEEP_FOREVER;
    "auto_delete_codes": "Telefonen sletter selv beskeder med engangskoder, når de er brugt.", "The phone deletes messages with one-time codes by itself once they are used." => KEEP_CODES;
    "messages_in_icloud": "Beskeder i iCloud er slået til. Det, der er på telefonen, kan være en del af det hele.", "Messages in iCloud is switched on. What is on the phone may be a part only." => ICLOUD;
    "messages_removed_from_icloud_backup": "Beskeder er holdt ude af telefonens sikkerhedskopi i iCloud.", "Messages are kept out of the phone's backup in iCloud.";
    "restored_from_icloud_backup": "Telefonens beskeder er på et tidspunkt gendannet fra en sikkerhedskopi i iCloud.", "The phone's messages were at some time restored from a backup in iCloud.";
    "icloud_settings_unreadable": "Indstillingerne for beskeder i iCloud kunne ikke læses.", "The settings of messages in iCloud could not be read.";
    "phone_counts:W:N": "Telefonen tæller selv {2} {1}.", "The phone itself counts {2} {1}.";
    "icloud_counts:W:N": "iCloud tæller {2} ({1}).", "iCloud counts {2} ({1}).";
    "disappearing_messages:N": "{1:samtale har|samtaler har} forsvindende beskeder.", "{1:conversation has|conversations have} disappearing messages." => TIMER;
    "disappearing_messages_default:N": "For {1:kontakt|kontakter} er forsvindende beskeder slået til på forhånd.", "For {1:contact|contacts} disappearing messages are on by default." => TIMER;
    "conversations_with_timer:N": "{1:samtale har|samtaler har} forsvindende beskeder.", "{1:conversation has|conversations have} disappearing messages." => TIMER;

    // what a copy does not have
    "app_not_read:A": "{1} er på telefonen, men kan ikke læses fra denne kilde. Det betyder ikke, at der ingen beskeder er.", "{1} is on the phone and cannot be read from this source. That does not mean that it has no messages." => APP_EXPORT;
    "app_not_in_source:A": "{1} er på telefonen, men er aldrig med i sådan en kopi. Det betyder ikke, at der ingen beskeder er.", "{1} is on the phone and is never part of such a copy. That does not mean that it has no messages." => APP_EXPORT;
    "messages_absent_encrypted_backup_on:A": "{1}s beskeder er ikke i kopien, men appens andre filer er. Det sker, når appens egen krypterede sikkerhedskopi er slået til.", "{1}'s messages are not in the copy, but the app's other files are. That happens while the app's own encrypted backup is switched on." => ENCRYPTED_BACKUP_OFF;
    "messages_absent_app_installed:A": "{1} er på telefonen, og intet af det er i kopien.", "{1} is on the phone and nothing of it is in the copy." => APP_BACKUP;
    "business_only:A": "Kun {1} er i kopien, ikke det almindelige WhatsApp.", "Only {1} is in the copy, not the ordinary WhatsApp.";
    "disappearing_messages_not_exported": "En eksport af denne slags har aldrig forsvindende beskeder med.", "An export of this kind never has disappearing messages.";
    "only_since_linked": "Signal på computeren har kun det, der er kommet, efter at computeren blev tilknyttet telefonen.", "Signal on the computer has only what came after it was linked to the phone.";
    "incomplete_by_construction:W": "Androids egen sikkerhedskopi har aldrig filerne fra mms'er med; den er ingen sikker kopi.", "Android's own backup never has the files of MMS; it is no safe copy.";
    "quota_gap:N": "De ældste {1:fil|filer} af sikkerhedskopien mangler; telefonen udelader dem, når der ikke er plads.", "The oldest {1:file|files} of the backup are missing; the phone leaves them out when there is no room." => AGAIN;
    "backup_files_missing:N": "{1:fil|filer} mangler midt i sikkerhedskopien.", "{1:file is|files are} missing inside the backup." => AGAIN;
    "listed_files_absent:N": "{1:fil|filer}, som sikkerhedskopien nævner, er der ikke.", "{1:file|files} that the backup lists are not there." => WITH_FOLDER;
    "snapshot_without_media_folder": "Kun selve sikkerhedskopien er givet, ikke mappen med vedhæftninger ved siden af.", "Only the backup itself was given, not the folder of attachments beside it." => WITH_FOLDER;
    "older_snapshots_not_read:N": "{1:ældre sikkerhedskopi|ældre sikkerhedskopier} i mappen er ikke læst; den nyeste er.", "{1:older backup|older backups} in the folder were not read; the newest was." => PASS_ONE;
    "unfinished_snapshots:N": "{1:sikkerhedskopi|sikkerhedskopier} i mappen er ikke færdige og er ikke læst.", "{1:backup|backups} in the folder are unfinished and were not read.";
    "other_backups_in_source:N": "{1:anden sikkerhedskopi|andre sikkerhedskopier} i kilden er ikke læst.", "{1:other backup|other backups} in the source were not read." => PASS_ONE;
    "also:W": "I kilden er der også: {1}. Det er læst med.", "The source also holds: {1}. It was read too.";
    "also_refused: R": "Noget andet i kilden ligner beskeder, men kunne ikke åbnes (teknisk: {1}).", "Something else in the source looks like messages and could not be opened ({1})." => SPECIALIST;
    "database_alone": "Kilden er kun databasen med beskeder, uden resten af kopien: vedhæftninger, adressebog og oplysninger om telefonen mangler.", "The source is the database of messages alone, without the rest of the copy: attachments, address book and facts about the phone are missing." => WHOLE_SOURCE;
    "no_messages": "Kilden har ingen beskeder.", "The source has no messages.";
    "messages_database_absent": "Sikkerhedskopien har ingen database fra appen Beskeder, som enhver iPhone har: sms og iMessage er ikke med.", "The backup has no database of the app Messages, which every iPhone has: SMS and iMessage are not in it." => AGAIN;
    "same_file_twice:N": "{1:fil|filer} i kilden er der også under et andet navn; hver er læst én gang.", "{1:file is|files are} in the source under another name too; each was read once.";
    "files_not_looked_at:N": "{1:fil eller mappe|filer og mapper} i kilden er ikke undersøgt, fordi der er for mange.", "{1:file or folder|files and folders} of the source were not looked at, because there are too many." => PASS_ONE;
    "no_messages_in_backup": "Sikkerhedskopien har ingen beskeder, der kan læses.", "The backup has no messages that can be read.";
    "partial_extraction": "Rapporten siger selv, at den kun har en del af telefonen.", "The report itself says that it has a part of the phone only.";
    "one_direction_only": "Alle beskeder går samme vej. Det kan være en fejl i mappingen: forkert ejer eller ombyttet sendt og modtaget.", "All messages go one way. That may be an error of the mapping: a wrong owner, or sent and received exchanged." => COMPARE;
    "files_without_messages:N": "{1:fil|filer} gav ingen beskeder.", "{1:file|files} gave no messages." => COMPARE;
    "files_unreferenced:N": "{1:fil|filer} på mediet er ikke nævnt af nogen besked.", "{1:file|files} on the medium are not named by any message." => COMPARE;
    "not_copied:N": "{1:fil|filer} blev ikke kopieret, da pakken blev lavet.", "{1:file was|files were} not copied when the package was made." => COMPARE;

    // rows that are gone
    "rows_absent:N/N": "I rækken af beskeder mangler der {1:nummer|numre}, fordelt på {2:sted|steder}: beskeder, der er slettet før kopien, og nogle, der aldrig har været der.", "In the sequence of messages {1:number is|numbers are} missing in {2:place|places}: messages deleted before the copy, and some that never were." => ASK_OWNER;
    "rows_absent:W:N/N": "I rækken af beskeder ({1}) mangler der {2:nummer|numre}, fordelt på {3:sted|steder}: beskeder, der er slettet før kopien, og nogle, der aldrig har været der.", "In the sequence of messages ({1}) {2:number is|numbers are} missing in {3:place|places}: messages deleted before the copy, and some that never were." => ASK_OWNER;
    "rows_absent_between:N-N:T/T": "Hullet i rækken: {gap:nummer|numre} mangler mellem {3} og {4}.", "The hole in the sequence: {gap:number is|numbers are} missing between {3} and {4}." => ASK_OWNER;
    "rows_absent_at_start:N": "Rækken af beskeder begynder ikke ved nummer 1: de første {1:nummer|numre} mangler.", "The sequence of messages does not begin at number 1: the first {1:number is|numbers are} missing.";
    "rows_absent_at_end:N": "De seneste {1:besked|beskeder}, telefonen har haft, er slettet før kopien.", "The latest {1:message|messages} that the phone had were deleted before the copy." => ASK_OWNER;
    "last_seen_message_absent:N": "I {1:samtale|samtaler} er den besked, ejeren sidst så, ikke i kopien.", "In {1:conversation|conversations} the message that the owner saw last is not in the copy." => ASK_OWNER;
    "chat_rows_absent:N/N:T/T": "I en samtale mangler der {1:besked|beskeder}, fordelt på {2:sted|steder}; det første hul er mellem {3} og {4}.", "In a conversation {1:message is|messages are} missing in {2:place|places}; the first hole lies between {3} and {4}." => ASK_OWNER;
    "chats_with_absent_rows_not_named:N": "{1:samtale mere|samtaler mere} mangler beskeder.", "{1:more conversation lacks|more conversations lack} messages.";
    "chat_empty": "En samtale har haft beskeder, men er tom i kopien.", "A conversation had messages and is empty in the copy." => ASK_OWNER;
    "last_message_absent": "Den seneste besked i en samtale er ikke i kopien.", "The latest message of a conversation is not in the copy." => ASK_OWNER;
    "chats_without_messages:N": "{1:samtale er tom|samtaler er tomme}: beskederne er slettet, eller der har aldrig været nogen.", "{1:conversation is|conversations are} empty: their messages were deleted, or there never were any.";
    "chats_absent:N": "Beskeder hører til {1:samtale|samtaler}, hvis egne oplysninger er væk.", "Messages belong to {1:conversation|conversations} whose own rows are gone.";
    "rows_rescued:N": "{1:besked|beskeder} blev fundet på sider, som databasens træ ikke længere fører til.", "{1:message was|messages were} found on pages that the tree of the database no longer leads to.";
    "possible_duplicates:N": "{1:besked|beskeder} kan være den samme som en, en anden kilde har. Begge er med.", "{1:message|messages} may be the same as one of another source. Both are here.";
    "status_feeds_with_absent_rows:N": "I {1:persons statusopdateringer|personers statusopdateringer} mangler der rækker; de forsvinder af sig selv efter et døgn.", "Rows are missing in the status updates of {1:person|persons}; they disappear by themselves after a day.";
    "tombstones:W:N": "Telefonen har noteret {2:sletning|sletninger} ({1}).", "The phone has noted {2:deletion|deletions} ({1})." => ASK_OWNER;
    "dangling:W:N": "{2:henvisning|henvisninger} i {1} peger på beskeder, der ikke er der længere.", "{2:reference|references} in {1} point to messages that are no longer there.";
    "recently_deleted:N": "{1:besked|beskeder} lå blandt de nyligt slettede; læst og mærket som slettet.", "{1:message was|messages were} among the recently deleted; read and marked as deleted.";
    "deleted_parts:N": "{1:del af en besked|dele af beskeder} var slettet på telefonen, men kunne stadig læses.", "{1:part of a message|parts of messages} had been deleted on the phone and could still be read.";
    "recovered_deleted:N": "{1:besked|beskeder} var slettet på telefonen og er genskabt af rapporten.", "{1:message|messages} had been deleted on the phone and were recovered by the report.";
    "attachments_unreferenced:N": "{1:vedhæftning hører|vedhæftninger hører} ikke til nogen besked, der er der endnu.", "{1:attachment belongs|attachments belong} to no message that is still there.";
    "attachments_without_message:N": "{1:vedhæftning hører|vedhæftninger hører} ikke til nogen besked i kilden.", "{1:attachment belongs|attachments belong} to no message of the source.";
    "vanished_since_last_copy:N": "{1:besked|beskeder} fra den forrige kopi er ikke i denne. Arkivet har dem stadig.", "{1:message|messages} of the last copy are not in this one. The archive still has them." => ASK_OWNER;
    "clock_went_back:N": "Uret går {1:dag|dage} efter den sidste dag, som arkivet kender. Intet er sprunget over eller forkortet.", "The clock is {1:day|days} behind the last day that the archive knows. Nothing was left out or shortened." => CLOCK;
    "clock_jumped:N": "Uret er {1:dag|dage} foran den sidste dag, som arkivet kender. Intet er sprunget over eller forkortet.", "The clock is {1:day|days} ahead of the last day that the archive knows. Nothing was left out or shortened." => CLOCK;
    "past_by_the_clock_alone:N": "{1:besked|beskeder} er kun ifølge uret ældre end opbevaringsfristen. De er taget med.", "{1:message|messages} are past their period by the clock alone. They were taken in." => CLOCK;
    "not_compared:copy_without_a_date": "Kopien har ingen dato og kunne derfor ikke sammenlignes med den forrige. Det vides ikke, om noget er forsvundet.", "The copy has no date and could therefore not be compared with the last one. It is not known whether anything vanished.";
    "not_compared:older_than_the_last_copy": "Kopien er ældre end den seneste, der er indlæst, og er derfor ikke sammenlignet med den.", "The copy is older than the last that was read in, and was therefore not compared with it.";
    "not_compared:damaged": "Kopien er beskadiget og er derfor ikke sammenlignet med den forrige. Det vides ikke, om noget er forsvundet.", "The copy is damaged and was therefore not compared with the last one. It is not known whether anything vanished." => AGAIN;

    // rows that could not be read
    "rows_unreadable_between:N-N": "Kilden er beskadiget: rækkerne mellem nummer {1} og {2} kunne ikke læses.", "The source is damaged: the rows between number {1} and {2} could not be read." => AGAIN;
    "rows_unreadable_between:W:N-W": "Kilden er beskadiget: rækkerne mellem nummer {2} og {3} kunne ikke læses ({1}).", "The source is damaged: the rows between number {2} and {3} could not be read ({1})." => AGAIN;
    "rows_unreadable_after:N": "Kilden er beskadiget: rækkerne efter nummer {1} kunne ikke læses.", "The source is damaged: the rows behind number {1} could not be read." => AGAIN;
    "damages:W:N": "Kilden er beskadiget {2:sted|steder} ({1}); de første er nævnt.", "The source is damaged in {2:place|places} ({1}); the first are named." => AGAIN;
    "damaged_pages:W": "Kilden er beskadiget; databasens sider {1} passer ikke sammen.", "The source is damaged; pages {1} of the database do not fit together." => AGAIN;
    "rows_unaccounted:N": "{1:række skulle|rækker skulle} være der efter kildens egen optælling, men kunne ikke læses.", "By the source's own count {1:row|rows} should be there and could not be read." => AGAIN;
    "rows_unaccounted:W:N": "{2:række skulle|rækker skulle} være der efter kildens egen optælling ({1}), men kunne ikke læses.", "By the source's own count ({1}) {2:row|rows} should be there and could not be read." => AGAIN;
    "rows_too_many:N": "{1:række er|rækker er} mere, end programmet kan holde, og er udeladt.", "{1:row is|rows are} more than the program can hold and were left out." => SPECIALIST;
    "row_numbers_too_large:W:N": "{2:henvisning|henvisninger} i {1} har numre, der er for store, og er sprunget over.", "{2:reference|references} in {1} have numbers that are too large and were skipped." => SPECIALIST;
    "table_damaged:W": "En del af kilden ({1}) er beskadiget; det, der hører til den, kan mangle.", "A part of the source ({1}) is damaged; what belongs to it may be missing." => AGAIN;
    "schema_damaged:N": "Databasens indholdsfortegnelse er beskadiget ({1:side|sider}).", "The database's list of contents is damaged ({1:page|pages})." => AGAIN;
    "log_damaged:W": "Databasens log er beskadiget eller ufuldstændig ({1}); de seneste ændringer kan mangle.", "The database's log is damaged or incomplete ({1}); the latest changes may be missing." => AGAIN;
    "database_cut:N/N": "Databasen er afskåret: {1} af {2} sider er der.", "The database is cut off: {1} of {2} pages are there." => AGAIN;
    "database_unreadable: R": "En database i kilden kunne ikke læses (teknisk: {1}).", "A database of the source could not be read ({1})." => AGAIN;
    "same_database_twice": "Den samme database er i kilden to gange; den er læst én gang.", "The same database is in the source twice; it was read once.";
    "both_generations:N/N": "Databasen har både nye ({1}) og gamle ({2}) rækker; hver besked er taget én gang.", "The database has both new ({1}) and old ({2}) rows; every message was taken once.";
    "uncheckpointed_log:N": "De seneste ændringer lå i databasens log ({1:side|sider}). De er læst med.", "The latest changes lay in the database's log ({1:page|pages}). They were read too.";
    "reader_failed:W: R": "En del af kilden ({1}) kunne ikke læses (teknisk: {2}). Resten er læst.", "A part of the source ({1}) could not be read ({2}). The rest was read." => SPECIALIST;
    "address_book_unreadable": "Adressebogen kunne ikke læses; navne mangler.", "The address book could not be read; names are missing.";
    "list_unreadable:R": "En liste over kontakter ({1}) kunne ikke læses; navne og numre kan mangle.", "A list of contacts ({1}) could not be read; names and numbers may be missing.";

    // forms that are not known
    "unknown_schema:W": "Kilden har en form, programmet ikke kender ({1}). Noget kan mangle.", "The source has a form that the program does not know ({1}). Something may be missing." => NEWER;
    "unknown_version": "Sikkerhedskopien er af en version, programmet ikke kender. Noget kan mangle.", "The backup is of a version that the program does not know. Something may be missing." => NEWER;
    "unknown_version:W": "Sikkerhedskopien er af en version, programmet ikke kender ({1}). Noget kan mangle.", "The backup is of a version that the program does not know ({1}). Something may be missing." => NEWER;
    "unknown_column:W": "Kilden har en kolonne, programmet ikke kender ({1}). Den er ikke læst.", "The source has a column that the program does not know ({1}). It was not read." => NEWER;
    "unknown_field:W:N": "Kilden har {2:felt|felter}, programmet ikke kender ({1}).", "The source has {2:field|fields} that the program does not know ({1})." => NEWER;
    "unknown_elements:N": "Kilden har {1:element|elementer}, programmet ikke kender. De er ikke læst.", "The source has {1:element|elements} that the program does not know. They were not read." => NEWER;
    "unknown_frames:N": "Kilden har {1:blok|blokke} af ukendt art. De er ikke læst.", "The source has {1:block|blocks} of an unknown kind. They were not read." => NEWER;
    "unknown_model:W:N": "Rapporten har {2:oplysning|oplysninger} af en art, programmet ikke kender ({1}). De er ikke læst.", "The report has {2:item|items} of a kind that the program does not know ({1}). They were not read." => NEWER;
    "statements_not_run:N": "Sikkerhedskopien har {1:ordre|ordrer}, programmet ikke udfører.", "The backup has {1:statement|statements} that the program does not run." => SPECIALIST;
    "add_ons_not_read:N": "{1:tilføjelse|tilføjelser} til beskeder (f.eks. stemmer i afstemninger) er ikke læst.", "{1:addition|additions} to messages (votes in polls and the like) were not read.";
    "database_version:N": "Sikkerhedskopiens database er version {1}.", "The backup's database is version {1}.";
    "rows_of_other_tables:N": "{1:række|rækker} af sikkerhedskopien er ikke beskeder (indstillinger og lignende) og er ikke læst.", "{1:row|rows} of the backup are no messages (settings and the like) and were not read.";
    "calls_not_read:N": "{1:opkald|opkald} i kilden er ikke læst; de er ingen beskeder.", "{1:call|calls} in the source were not read; they are no messages.";
    "calls_not_read": "Kilden har også en liste over opkald. Den er ikke læst; opkald er ingen beskeder.", "The source also has a list of calls. It was not read; calls are no messages.";
    "emails_not_read:N": "{1:e-mail|e-mails} i kilden er ikke læst.", "{1:e-mail|e-mails} in the source were not read.";
    "voicemails_not_read:N": "{1:besked|beskeder} på telefonsvareren er ikke læst.", "{1:voicemail|voicemails} in the source were not read.";
    "call_recordings_not_read:N": "{1:optagelse|optagelser} af opkald er ikke læst.", "{1:recording|recordings} of calls were not read.";
    "social_media_not_read:N": "{1:opslag|opslag} på sociale medier er ikke læst.", "{1:activity|activities} on social media were not read.";
    "duplicates:N": "{1:besked står|beskeder står} flere gange i rapporten; hver er taget én gang.", "{1:message stands|messages stand} in the report more than once; each was taken once.";
    "low_confidence:N": "Rapporten er ikke sikker på, at {1:besked|beskeder} er læst rigtigt.", "The report is not sure that {1:message was|messages were} read rightly.";
    "descriptions_not_indexed:N": "Rapporten beskriver flere filer, end programmet kan holde; {1} er sprunget over.", "The report describes more files than the program can hold; {1} were skipped." => SPECIALIST;
    "several_devices": "Rapporten er om flere telefoner.", "The report is about several phones.";
    "account_missing": "Sikkerhedskopien nævner ingen konto.", "The backup names no account.";
    "account_several:N": "Sikkerhedskopien nævner {1:konto|konti}; der skulle være én.", "The backup names {1:account|accounts}; there should be one.";
    "recipient_without_id:N": "{1:person|personer} i sikkerhedskopien er uden id.", "{1:person|persons} of the backup have no id.";
    "recipient_without_kind:N": "{1:modpart|modparter} i sikkerhedskopien er af ukendt art.", "{1:party|parties} of the backup are of an unknown kind.";
    "recipient_twice:N": "{1:modpart|modparter} står to gange i sikkerhedskopien.", "{1:party stands|parties stand} in the backup twice.";
    "chat_without_id:N": "{1:samtale|samtaler} i sikkerhedskopien er uden id.", "{1:conversation|conversations} of the backup have no id.";
    "chat_without_recipient:N": "{1:samtale|samtaler} i sikkerhedskopien er uden modpart.", "{1:conversation|conversations} of the backup have no other party.";
    "chat_twice:N": "{1:samtale|samtaler} står to gange i sikkerhedskopien.", "{1:conversation stands|conversations stand} in the backup twice.";
    "pinned_order_twice:N": "{1:samtale|samtaler} har samme plads blandt de fastgjorte.", "{1:conversation shares|conversations share} a place among the pinned.";

    // files that are damaged
    "file_cut": "Filen er afskåret; det, der stod bagefter, mangler.", "The file is cut off; what stood behind is missing." => FETCH_AGAIN;
    "file_cut: R": "Filen er afskåret; det, der stod bagefter, mangler.", "The file is cut off; what stood behind is missing." => FETCH_AGAIN;
    "file_refused: R": "En fil i kilden blev afvist (teknisk: {1}).", "A file of the source was refused ({1})." => SPECIALIST;
    "root_unreadable: R": "Filens begyndelse kunne ikke læses (teknisk: {1}).", "The beginning of the file could not be read ({1})." => FETCH_AGAIN;
    "content_behind_the_end": "Filen har noget efter sin egen afslutning. Det er ikke læst.", "The file has something behind its own end. It was not read." => SPECIALIST;
    "bytes_after_the_end:N": "Filen har noget efter sin egen afslutning. Det er ikke læst.", "The file has something behind its own end. It was not read." => SPECIALIST;
    "count_mismatch:N/N": "Filen siger, at den har {1} beskeder; den har {2}.", "The file says that it has {1} messages; it has {2}." => EXPORT_AGAIN;
    "damaged_records:N": "{1:post|poster} i filen er beskadiget.", "{1:record|records} of the file are damaged." => FETCH_AGAIN;
    "markup_damaged:N": "Filen er beskadiget {1:sted|steder}; resten er læst.", "The file is damaged in {1:place|places}; the rest was read." => FETCH_AGAIN;
    "end_missing": "Filen er afskåret; det, der stod bagefter, mangler.", "The file is cut off; what stood behind is missing." => FETCH_AGAIN;
    "stream_cut:N": "Den krypterede fil er afskåret efter {1:blok|blokke}.", "The encrypted file is cut off after {1:block|blocks}." => FETCH_AGAIN;
    "stream_damaged:N": "Den krypterede fil er beskadiget ved blok {1}; det, der står efter, er ikke læst.", "The encrypted file is damaged at block {1}; what stands behind was not read." => FETCH_AGAIN;
    "backup_cut": "Sikkerhedskopien er afskåret.", "The backup is cut off." => AGAIN;
    "backup_truncated:B": "Sikkerhedskopien mangler de sidste {1}. Beskederne er der.", "The backup lacks its last {1}. The messages are there." => FETCH_AGAIN;
    "backup_checksum_differs": "Sikkerhedskopiens kontrolsum passer ikke, men indholdet er ægte.", "The backup's checksum does not fit, but its content is authentic.";
    "key_checksum_differs": "Kodeordet åbner sikkerhedskopien, men nøglens kontrolsum passer ikke.", "The password opens the backup, but the checksum of the key does not fit.";
    "main_not_authenticated": "Sikkerhedskopien er ændret eller beskadiget: dens ægthed kan ikke bekræftes.", "The backup was changed or damaged: it is not authentic." => AGAIN;
    "compressed_stream_cut:B": "Sikkerhedskopien er afskåret efter {1} (udpakket).", "The backup is cut off after {1} (unpacked)." => AGAIN;
    "compressed_stream_damaged:B": "Sikkerhedskopien er beskadiget efter {1} (udpakket); resten er ikke læst.", "The backup is damaged after {1} (unpacked); the rest was not read." => AGAIN;
    "compressed_stream_too_long:B": "Sikkerhedskopien fylder mere udpakket, end programmet tager; den er læst til {1}.", "The backup is larger when unpacked than the program takes; it was read up to {1}." => SPECIALIST;
    "members_twice:N": "{1:fil står|filer står} to gange i sikkerhedskopien; den første er læst.", "{1:file stands|files stand} in the backup twice; the first was read.";
    "members_cut:N": "{1:fil|filer} er afskåret.", "{1:file is|files are} cut off." => AGAIN;
    "too_many_members": "Sikkerhedskopien har flere filer, end programmet tager.", "The backup has more files than the program takes." => SPECIALIST;
    "zip_directory_lost:N members found": "Zip-filens indholdsfortegnelse mangler; {1:fil|filer} er fundet uden den.", "The zip file's list of contents is missing; {1:file was|files were} found without it." => FETCH_AGAIN;
    "zip_member_damaged:W:W": "En fil i zip-filen er beskadiget ({1}) og læst, så langt den går.", "A file in the zip file is damaged ({1}) and was read as far as it goes." => FETCH_AGAIN;
    "zip_members_left_out:W:N": "{2:fil|filer} i zip-filen er ikke læst ({1}).", "{2:file|files} in the zip file were not read ({1})." => SPECIALIST;
    "tar_blocks_unreadable:N": "Tar-filen er beskadiget {1:sted|steder}.", "The tar file is damaged in {1:place|places}." => FETCH_AGAIN;
    "tar_members_cut:N": "{1:fil|filer} i tar-filen er afskåret.", "{1:file|files} in the tar file are cut off." => FETCH_AGAIN;
    "tar_members_left_out:W:N": "{2:fil|filer} i tar-filen er ikke læst ({1}).", "{2:file|files} in the tar file were not read ({1})." => SPECIALIST;
    "tar_goes_on_behind_end": "Der står noget efter tar-filens afslutning; det er ikke læst.", "Something stands behind the end of the tar file; it was not read." => SPECIALIST;
    "folder_members_left_out:W:N": "{2:fil|filer} i mappen er ikke læst ({1}).", "{2:file|files} in the folder were not read ({1})." => SPECIALIST;
    "hot_journal:R": "En database er kopieret midt i en ændring; indholdet kan være i uorden ({1}).", "A database was copied in the middle of a change; its content may be inconsistent ({1})." => AGAIN;
    "tar_not_ended": "Tar-filen mangler sin afslutning; den kan være afskåret.", "The tar file lacks its end; it may be cut off." => FETCH_AGAIN;
    "cannot_be_opened:R": "En fil eller mappe i kilden må ikke åbnes ({1}).", "A file or folder of the source may not be opened ({1})." => RIGHTS;
    "database_shorter_than_header:R": "En database er kortere, end den selv siger ({1}).", "A database is shorter than it says ({1})." => AGAIN;
    "damaged_tail:R": "Slutningen af en fil er beskadiget ({1}).", "The end of a file is damaged ({1})." => AGAIN;
    "length_unverified:R": "Det kan ikke efterprøves, hvor lang en fil skal være ({1}).", "How long a file has to be cannot be checked ({1}).";
    "file_list_log_unread": "Ændringer i sikkerhedskopiens filliste ligger i en log, som ikke er læst.", "Changes of the backup's list of files lie in a log that was not read." => AGAIN;
    "file_list_damaged:W:W": "Sikkerhedskopiens filliste er beskadiget; det, der står efter, er ikke læst.", "The backup's list of files is damaged; what stands behind was not read." => AGAIN;
    "status_missing": "Sikkerhedskopien siger ikke, om den blev færdig.", "The backup does not say whether it was finished." => AGAIN;
    "status_unreadable": "Det kunne ikke læses, om sikkerhedskopien blev færdig.", "It could not be read whether the backup was finished." => AGAIN;
    "info_missing": "Sikkerhedskopiens oplysninger om telefonen mangler.", "The backup's facts about the phone are missing.";
    "info_unreadable": "Sikkerhedskopiens oplysninger om telefonen kunne ikke læses.", "The backup's facts about the phone could not be read.";
    "manifest_plist_missing": "En fil med oplysninger om sikkerhedskopien mangler; den er måske lavet om af et andet program.", "A file of facts about the backup is missing; another program may have changed it.";
    "device_differs_between_lists": "Sikkerhedskopiens lister nævner forskellige telefoner.", "The backup's lists name different phones." => ASK_OWNER;

    // attachments
    "attachments_missing:N": "{1:vedhæftning er|vedhæftninger er} ikke i kilden.", "{1:attachment is|attachments are} not in the source.";
    "attachments_missing:N/B": "{1:vedhæftning er|vedhæftninger er} ikke i kilden ({2}).", "{1:attachment is|attachments are} not in the source ({2}).";
    "attachments_left_out:N": "{1:vedhæftning|vedhæftninger} er udeladt af den, der eksporterede.", "{1:attachment was|attachments were} left out by whoever exported." => WITH_MEDIA;
    "attachments_unreadable:N": "{1:vedhæftning|vedhæftninger} kunne ikke læses.", "{1:attachment|attachments} could not be read." => FETCH_AGAIN;
    "attachments_empty:N": "{1:vedhæftning har|vedhæftninger har} intet indhold i kilden.", "{1:attachment is|attachments are} empty in the source.";
    "attachment_hash_mismatch:N": "{1:vedhæftning er|vedhæftninger er} ikke de filer, som rapporten angiver (anden hashværdi).", "{1:attachment is|attachments are} not the files that the report states (another hash)." => FETCH_AGAIN;
    "files_damaged:N": "{1:vedhæftning er|vedhæftninger er} beskadiget og regnet som manglende.", "{1:attachment is|attachments are} damaged and counted as missing." => FETCH_AGAIN;
    "media_unnamed:N": "{1:fil|filer} ved siden af samtalen er ikke nævnt i den.", "{1:file|files} beside the conversation are not named in it.";

    // exports of chats
    "zone_assumed:W": "Eksporten siger ikke, hvilken tidszone den er i; tiderne er læst som dansk tid.", "The export does not say which time zone it is in; times were read as Danish time.";
    "zone_given:W": "Eksporten siger ikke, hvilken tidszone den er i; tiderne er læst i den, der blev angivet ({1}).", "The export does not say which time zone it is in; times were read in the one that was given ({1}).";
    "owner_unknown": "Det vides ikke, hvem telefonens ejer er, så sendt og modtaget kan ikke skelnes.", "It is not known who the owner of the phone is, so sent and received cannot be told apart." => OWNER;
    "owner_contradictory": "Tegnene på, hvem telefonens ejer er, modsiger hinanden.", "The signs of who owns the phone contradict each other." => OWNER;
    "owner_name_absent": "Det angivne navn på ejeren står ikke i samtalen.", "The given name of the owner is not in the conversation." => OWNER;
    "owner_not_stated:N": "I {1:samtale|samtaler} siger rapporten ikke, hvem telefonens ejer er.", "In {1:conversation|conversations} the report does not say who owns the phone." => OWNER;
    "date_order_does_not_fit": "Den angivne rækkefølge af dag, måned og år passer ikke til filen.", "The given order of day, month and year does not fit the file." => DATE_ORDER;
    "chat_name_unknown": "Samtalens navn står hverken i filen eller i dens navn.", "The name of the conversation stands neither in the file nor in its name.";
    "too_many_senders": "Samtalen har flere afsendere, end programmet holder regnskab med.", "The conversation has more senders than the program keeps count of." => SPECIALIST;
    "lines_of_other_formats:N": "{1:linje er|linjer er} skrevet på en anden måde end resten.", "{1:line is|lines are} written in another way than the rest.";
    "names_with_colon:N": "{1:navn har|navne har} et kolon; afsenderne er skilt ad efter bedste skøn.", "{1:name holds|names hold} a colon; senders were told apart as well as possible.";
    "time_went_back:N": "Tiden går baglæns {1:gang|gange} i filen.", "Time goes back {1:once|times} in the file.";
    "lines_before_first:N": "{1:linje står|linjer står} før den første besked.", "{1:line stands|lines stand} before the first message.";
    "quoted_heads:N/N": "{1:linje|linjer} i {2:besked|beskeder} ligner begyndelsen på en anden besked; de er taget som citat.", "{1:line|lines} in {2:message|messages} look like the beginning of another message; they were taken for quotations.";
    "not_utf8:N": "{1:besked har|beskeder har} tegn, der ikke kunne læses.", "{1:message has|messages have} characters that could not be read.";
    "too_long:N": "{1:stykke|stykker} er længere, end WhatsApp skriver dem.", "{1:piece is|pieces are} longer than WhatsApp writes them.";
    "ambiguous_hour:N": "{1:besked|beskeder} er fra den time, der kom to gange, da uret blev stillet tilbage.", "{1:message is|messages are} from the hour that came twice when clocks went back.";
    "nonexistent_hour:N": "{1:besked|beskeder} er fra en time, der ikke fandtes, da uret blev stillet frem.", "{1:message is|messages are} from an hour that did not exist when clocks went forward.";
    "times_without_zone:N": "{1:besked har|beskeder har} tider uden tidszone.", "{1:message has|messages have} times without a zone.";

    // packages and sorting
    "mapping_missing": "Der er ingen mapping til mediet, så intet er læst.", "There is no mapping for the medium, so nothing was read." => MAPPING;
    "package_not_signed": "Pakken er ikke underskrevet.", "The package is not signed." => SIGN;
    "package_signed_by_others": "Pakken er underskrevet af nogen, arkivet ikke kender.", "The package is signed by somebody whom the archive does not know." => SIGNED_BY;
    "sorting_drift:W": "Beskederne ligner ikke dem, sorteringen har lært af.", "The messages do not resemble those that the sorting learnt from." => REVIEW_SAMPLE;
}
