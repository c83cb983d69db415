//! What columns are called: the words by which a field is known, folded so that spelling does not matter.

use crate::mapping::spec::Field;

/// A name reduced to letters and digits, Danish letters written out.
pub(in crate::probe) fn folded(name: &str) -> String {
    let mut out = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'æ' => out.push_str("ae"),
            'ø' => out.push_str("oe"),
            'å' => out.push_str("aa"),
            c if c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

/// Names of each field, the best first.
pub(super) const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Id,
        &[
            "beskedid",
            "messageid",
            "msgid",
            "meddelelsesid",
            "meddelelseid",
            "beskednr",
            "besked nummer",
            "guid",
            "uuid",
            "id",
            "nr",
            "loebenr",
            "loebenummer",
            "nummer",
            "no",
        ],
    ),
    (
        Field::Conversation,
        &[
            "traadid",
            "threadid",
            "conversationid",
            "samtaleid",
            "chatid",
            "traad",
            "thread",
            "conversation",
            "samtale",
            "chat",
            "traadnr",
            "samtalenr",
            "rum",
            "room",
            "roomid",
            "kanal",
            "channel",
            "gruppeid",
            "groupid",
            "dialog",
            "conv",
            "convid",
            "xthreadid",
            "traade id",
            "samtaler id",
            "threads id",
            "conversations id",
            "chats id",
            "traad id",
            "samtale id",
            "thread id",
            "conversation id",
            "chat id",
        ],
    ),
    (
        Field::ConversationName,
        &[
            "traadnavn",
            "samtalenavn",
            "gruppenavn",
            "groupname",
            "threadname",
            "chatname",
            "conversationname",
            "traadtitel",
            "titel",
            "title",
            "threadtopic",
            "traade titel",
            "samtaler titel",
            "traade navn",
            "samtaler navn",
            "threads title",
            "threads name",
            "traad titel",
            "samtale titel",
            "traad navn",
            "samtale navn",
            "thread title",
            "thread name",
        ],
    ),
    (
        Field::SenderName,
        &[
            "afsendernavn",
            "navnafsender",
            "franavn",
            "sendername",
            "fromname",
            "afsender navn",
            "fra navn",
            "sender name",
            "from name",
            "authorname",
            "navn",
            "name",
        ],
    ),
    (
        Field::Sender,
        &[
            "afsendernummer",
            "afsendernr",
            "afsender nummer",
            "from phone",
            "from address",
            "sender address",
            "contact phone",
            "afsender tlf",
            "afsender telefon",
            "fra nummer",
            "fra tlf",
            "sender number",
            "sender phone",
            "from number",
            "franummer",
            "fromnumber",
            "sendernumber",
            "afsender",
            "fra",
            "from",
            "sender",
            "author",
            "forfatter",
            "afsender id",
            "senderid",
            "afsenderid",
            "personid",
            "kontaktid",
            "contactid",
            "userid",
            "brugerid",
            "handleid",
            "person",
        ],
    ),
    (
        Field::Participants,
        &[
            "modtagere",
            "recipients",
            "modtagernummer",
            "modtagernr",
            "modtager nummer",
            "modtager",
            "recipient",
            "tilnummer",
            "til nummer",
            "til",
            "to",
            "receiver",
            "deltagere",
            "participants",
            "members",
            "deltagere nummer",
            "to phone",
            "to number",
            "to address",
            "til tlf",
            "modtagere tlf",
            "modtager tlf",
            "recipients phone",
            "participants phone",
            "modtagere nummer",
            "participants number",
            "recipients number",
        ],
    ),
    (
        Field::Direction,
        &[
            "retning",
            "direction",
            "udgaaende",
            "indgaaende",
            "isfromme",
            "fromme",
            "outgoing",
            "incoming",
            "sendtmodtaget",
            "indud",
            "ud",
            "ind",
            "type",
            "art",
            "mappe",
            "folder",
            "boks",
            "box",
        ],
    ),
    (
        Field::SentAt,
        &[
            "sendttidspunkt",
            "afsendttidspunkt",
            "sentat",
            "sendtidspunkt",
            "sendttid",
            "sendtdato",
            "afsendt",
            "sendt",
            "sent",
            "sentdate",
            "senttime",
            "tidspunkt",
            "tidsstempel",
            "timestamp",
            "datotid",
            "datetime",
            "dato",
            "date",
            "tid",
            "time",
            "oprettet",
            "created",
            "createdat",
            "ts",
        ],
    ),
    (
        Field::ReceivedAt,
        &["modtagettidspunkt", "modtagettid", "modtagetdato", "receivedat", "modtaget", "received"],
    ),
    (Field::DeliveredAt, &["leverettidspunkt", "deliveredat", "leveret", "delivered", "afleveret"]),
    (Field::ReadAt, &["laesttidspunkt", "laesttid", "readat", "laest", "read"]),
    (Field::EditedAt, &["redigerettidspunkt", "editedat", "redigeret", "rettet", "edited"]),
    (
        Field::Body,
        &[
            "beskedtekst",
            "messagetext",
            "tekst",
            "text",
            "besked",
            "message",
            "indhold",
            "content",
            "body",
            "meddelelse",
            "broedtekst",
        ],
    ),
    (Field::Subject, &["emne", "subject", "overskrift"]),
    (
        Field::Attachments,
        &[
            "vedhaeftninger",
            "vedhaeftning",
            "vedhaeftet",
            "vedhaeftedefiler",
            "vedhaeftetfil",
            "bilag",
            "attachments",
            "attachment",
            "filer",
            "files",
            "fil",
            "file",
            "filnavn",
            "filename",
            "bilagsti",
        ],
    ),
    (
        Field::Classification,
        &[
            "klassifikation",
            "klassificering",
            "klassifikationsgrad",
            "sikkerhedsklassifikation",
            "classification",
            "maerkning",
            "marking",
            "sikkerhedsgrad",
            "sikkerhedsniveau",
            "niveau",
            "level",
            "xclassification",
            "xklassifikation",
            "grad",
        ],
    ),
    (Field::ReplyTo, &["svarpaa", "svartil", "replyto", "replytoid", "inreplyto", "quotedid"]),
    (Field::Deleted, &["slettet", "deleted", "isdeleted", "erslettet"]),
    (Field::Unsent, &["tilbagekaldt", "unsent", "recalled", "trukkettilbage"]),
];

/// How well a name fits a field: 0 not at all.
pub(super) fn fits(field: Field, name: &str) -> u32 {
    // attributes and steps of a path count as words of their own
    let whole = folded(name);
    let words: Vec<String> =
        name.split(['.', '/', ' ', '_', '-', '@']).map(folded).filter(|w| !w.is_empty()).collect();
    let last_two = words.iter().rev().take(2).rev().cloned().collect::<Vec<_>>().join(" ");
    let list = NAMES.iter().find(|n| n.0 == field).map(|n| n.1).unwrap_or_default();
    let mut best = 0;
    for (rank, known) in list.iter().enumerate() {
        let behind = u32::try_from(rank).unwrap_or(u32::MAX).min(40);
        let pair = known.contains(' ');
        let score = if whole == folded(known) {
            200
        } else if pair && last_two == *known {
            180
        } else if !pair && words.last().is_some_and(|w| w == known) {
            120
        } else if !pair && known.len() >= 4 && whole.starts_with(known) {
            60
        } else if !pair && known.len() >= 4 && whole.ends_with(known) {
            50
        } else {
            0
        };
        best = best.max(if score == 0 { 0 } else { score - behind });
    }
    best
}
