//! What stands for many findings of one kind, where the first of them and a number would say too little.

/// Code and shape as among the findings, Danish, English.
pub(super) const MANY: &[(&str, &str, &str)] = &[
    (
        "rows_absent_between:N-N:T/T",
        "{n} huller i rækken ligger fra {first3} til {last4}. De største, med hvor mange numre der mangler: {gaps}.",
        "{n} holes in the sequence lie from {first3} to {last4}. The largest, with how many numbers are missing: {gaps}.",
    ),
    (
        "chat_rows_absent:N/N:T/T",
        "I {n} samtaler mangler der beskeder, i alt {sum1}; det første hul begynder {first3}.",
        "In {n} conversations messages are missing, {sum1} in all; the first hole begins {first3}.",
    ),
    (
        "chat_empty",
        "{n} samtaler har haft beskeder, men er tomme i kopien.",
        "{n} conversations had messages and are empty in the copy.",
    ),
    (
        "last_message_absent",
        "I {n} samtaler er den seneste besked ikke i kopien.",
        "In {n} conversations the latest message is not in the copy.",
    ),
    (
        "app_not_read:A",
        "Disse apps er på telefonen, men kan ikke læses fra denne kilde: {list1}. Det betyder ikke, at der \
         ingen beskeder er.",
        "These apps are on the phone and cannot be read from this source: {list1}. That does not mean that \
         they have no messages.",
    ),
    (
        "app_not_in_source:A",
        "Disse apps er på telefonen, men er aldrig med i sådan en kopi: {list1}. Det betyder ikke, at der \
         ingen beskeder er.",
        "These apps are on the phone and are never part of such a copy: {list1}. That does not mean that \
         they have no messages.",
    ),
    (
        "messages_absent_encrypted_backup_on:A",
        "Beskederne i {list1} er ikke i kopien, men appernes andre filer er. Det sker, når apps' egne \
         krypterede sikkerhedskopier er slået til.",
        "The messages of {list1} are not in the copy, but the apps' other files are. That happens while \
         their own encrypted backups are switched on.",
    ),
    (
        "messages_absent_app_installed:A",
        "Disse apps er på telefonen, og intet af dem er i kopien: {list1}.",
        "These apps are on the phone and nothing of them is in the copy: {list1}.",
    ),
    (
        "rows_unreadable_between:N-N",
        "Kilden er beskadiget {n} steder: rækker omkring nummer {list1} kunne ikke læses.",
        "The source is damaged in {n} places: rows around number {list1} could not be read.",
    ),
    (
        "rows_unreadable_between:W:N-W",
        "Kilden er beskadiget {n} steder: rækker omkring nummer {list2} kunne ikke læses ({list1}).",
        "The source is damaged in {n} places: rows around number {list2} could not be read ({list1}).",
    ),
    (
        "rows_absent:W:N/N",
        "I rækkerne af beskeder ({list1}) mangler der i alt {sum2} numre, fordelt på {sum3} steder: beskeder, \
         der er slettet før kopien, og nogle, der aldrig har været der.",
        "In the sequences of messages ({list1}) {sum2} numbers are missing in {sum3} places: messages deleted \
         before the copy, and some that never were.",
    ),
    (
        "rows_absent:N/N",
        "I {n} rækker af beskeder mangler der i alt {sum1} numre, fordelt på {sum2} steder: beskeder, der er \
         slettet før kopien, og nogle, der aldrig har været der.",
        "In {n} sequences of messages {sum1} numbers are missing in {sum2} places: messages deleted before \
         the copy, and some that never were.",
    ),
    (
        "rows_unaccounted:W:N",
        "{sum2} rækker skulle være der efter kildens egen optælling ({list1}), men kunne ikke læses.",
        "By the source's own count ({list1}) {sum2} rows should be there and could not be read.",
    ),
    (
        "table_damaged:W",
        "Dele af kilden ({list1}) er beskadiget; det, der hører til dem, kan mangle.",
        "Parts of the source ({list1}) are damaged; what belongs to them may be missing.",
    ),
    (
        "unknown_schema:W",
        "Kilden har en form, programmet ikke kender ({list1}). Noget kan mangle.",
        "The source has a form that the program does not know ({list1}). Something may be missing.",
    ),
    (
        "unknown_column:W",
        "Kilden har {n} kolonner, programmet ikke kender ({list1}). De er ikke læst.",
        "The source has {n} columns that the program does not know ({list1}). They were not read.",
    ),
    (
        "unknown_field:W:N",
        "Kilden har {sum2} felter af {n} slags, programmet ikke kender ({list1}).",
        "The source has {sum2} fields of {n} kinds that the program does not know ({list1}).",
    ),
    (
        "unknown_model:W:N",
        "Rapporten har {sum2} oplysninger af {n} arter, programmet ikke kender ({list1}). De er ikke læst.",
        "The report has {sum2} items of {n} kinds that the program does not know ({list1}). They were not read.",
    ),
    (
        "zip_member_damaged:W:W",
        "{n} filer i zip-filen er beskadiget ({list1}) og læst, så langt de går.",
        "{n} files in the zip file are damaged ({list1}) and were read as far as they go.",
    ),
    (
        "zip_members_left_out:W:N",
        "{sum2} filer i zip-filen er ikke læst ({list1}).",
        "{sum2} files in the zip file were not read ({list1}).",
    ),
    (
        "tar_members_left_out:W:N",
        "{sum2} filer i tar-filen er ikke læst ({list1}).",
        "{sum2} files in the tar file were not read ({list1}).",
    ),
    (
        "cannot_be_opened:R",
        "{n} filer eller mapper i kilden må ikke åbnes ({list1}).",
        "{n} files or folders of the source may not be opened ({list1}).",
    ),
    (
        "tombstones:W:N",
        "Telefonen har noteret {sum2} sletninger ({list1}).",
        "The phone has noted {sum2} deletions ({list1}).",
    ),
    (
        "dangling:W:N",
        "{sum2} henvisninger (i {list1}) peger på beskeder, der ikke er der længere.",
        "{sum2} references (in {list1}) point to messages that are no longer there.",
    ),
    (
        "also:W",
        "I kilden er der også: {list1}. Det er læst med.",
        "The source also holds: {list1}. It was read too.",
    ),
    (
        "zone_assumed:W",
        "Eksporterne siger ikke, hvilken tidszone de er i; tiderne er læst som dansk tid.",
        "The exports do not say which time zone they are in; times were read as Danish time.",
    ),
    (
        "attachments_missing:N/B",
        "{sum1} vedhæftninger er ikke i kilden.",
        "{sum1} attachments are not in the source.",
    ),
    (
        "attachments_missing:N",
        "{sum1} vedhæftninger er ikke i kilden.",
        "{sum1} attachments are not in the source.",
    ),
    (
        "attachments_left_out:N",
        "{sum1} vedhæftninger er udeladt af den, der eksporterede.",
        "{sum1} attachments were left out by whoever exported.",
    ),
    (
        "owner_unknown",
        "I {n} dele af kilden vides det ikke, hvem telefonens ejer er, så sendt og modtaget kan ikke skelnes.",
        "In {n} parts of the source it is not known who the owner of the phone is, so sent and received \
         cannot be told apart.",
    ),
];
