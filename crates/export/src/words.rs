//! Every word on the pages, in Danish and English.

/// Language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Danish.
    #[default]
    Da,
    /// English.
    En,
}

impl Lang {
    /// The code in `lang` attributes.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Da => "da",
            Self::En => "en",
        }
    }

    /// The word in this language.
    pub(crate) fn say(self, word: Word) -> &'static str {
        let (_, da, en) = WORDS.iter().find(|w| w.0 == word).copied().unwrap_or((word, "?", "?"));
        match self {
            Self::Da => da,
            Self::En => en,
        }
    }
}

macro_rules! words {
    ($($word:ident: $da:literal, $en:literal;)*) => {
        /// A word or sentence on a page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Word { $($word,)* }
        const WORDS: &[(Word, &str, &str)] = &[$((Word::$word, $da, $en),)*];
    };
}

words! {
    Title: "Udlevering af beskeder", "Production of messages";
    Custodian: "Hvis beskeder", "Whose messages";
    Period: "Periode", "Period";
    Everything: "alt", "everything";
    MadeAt: "Udleveret", "Produced";
    ArchiveNumber: "Arkivets nummer", "Number of the archive";
    ChainSize: "Kædens længde", "Length of the chain";
    ChainRoot: "Kædens rod (SHA-256)", "Root of the chain (SHA-256)";
    Messages: "Beskeder", "Messages";
    Conversations: "Samtaler", "Conversations";
    Conversation: "Samtale", "Conversation";
    First: "Første", "First";
    Last: "Seneste", "Last";
    HowToCheck: "Sådan kontrolleres udleveringen", "How to check this production";
    CheckText: "Filen manifest-sha256.txt i mappen over denne rummer en SHA-256-sum af hver fil. På Linux og macOS kontrolleres de med kommandoen shasum -a 256 -c manifest-sha256.txt. Kædens rod ovenfor er arkivets, da udleveringen blev noteret i det; myndigheden kan vise, at kæden er vokset fra de rødder, der står på dens journaliserede kvitteringer.", "The file manifest-sha256.txt in the folder above this one holds a SHA-256 sum of every file. On Linux and macOS they are checked with the command shasum -a 256 -c manifest-sha256.txt. The root of the chain above is the archive's when the production was recorded in it; the authority can show that the chain grew from the roots on its filed receipts.";
    ProofText: "Hver besked har et bevis i mappen proofs: dens indhold, og at det stod i arkivet, da kæden blev underskrevet. Et bevis kontrolleres uden arkivet, men med arkivets nøgle, som myndigheden oplyser ad en anden vej end denne udlevering: med kommandoen beskedarkiv verify --proof eller på siden", "Every message has a proof in the folder proofs: its content, and that it stood in the archive when the chain was signed. A proof is checked without the archive, but with the archive's key, which the authority gives by another way than this production: with the command beskedarkiv verify --proof, or on the page";
    ProofPage: "Kontrol af beviser", "Checking proofs";
    Proof: "Bevis", "Proof";
    DisposedTitle: "Slettet ved opbevaringsfristens udløb", "Disposed of at the end of retention";
    DisposedText: "Disse beskeder var i arkivet og inden for udleveringen. De er slettet, da deres frist var udløbet; sletningen er et led i kæden med to underskrifter.", "These messages were in the archive and within this production. They were disposed of when their time was up; the disposal is an entry of the chain with two signatures.";
    Month: "Måned", "Month";
    Class: "Klasse", "Class";
    Entry: "Led", "Entry";
    WhatIsMissing: "Hvad der ikke er med", "What is not in it";
    MissingText: "Udleveringen rummer de beskeder, som kopierne af telefonen rummede, og som er i arkivet. Beskeder slettet på telefonen mellem to kopier, og tjenester, der ikke indgår i en kopi (f.eks. Signal på iPhone), er ikke med. Forhold, som kopierne selv viser, står på kvitteringerne.", "The production holds the messages that the copies of the phone held and that are in the archive. Messages deleted on the phone between two copies, and services that are not part of a copy (such as Signal on an iPhone), are not in it. What the copies themselves show stands on the receipts.";
    Copies: "Kopier, som udleveringen bygger på", "Copies that the production rests on";
    CopiesText: "Forsvundet betyder, at en tidligere kopi af den samme telefon havde beskeden, og at denne kopi ikke har den, skønt den har samtalen. Beskeden er i arkivet. Årsagen er den sandsynlige, ikke en påvist.", "Gone means that an earlier copy of the same phone had the message and this copy has not, although it has the conversation. The message is in the archive. The reason is the likely one, not a proven one.";
    CopyDay: "Kopiens dag", "Day of the copy";
    Source: "Kilde", "Source";
    NewMessages: "Nye", "New";
    ChangedMessages: "Ændrede", "Changed";
    Vanished: "Forsvundet siden", "Gone since";
    ByTimer: "forsvindende beskeder", "disappearing messages";
    ByDeletion: "var slettet på telefonen", "were deleted on the phone";
    BySetting: "telefonen sletter selv gamle beskeder", "the phone deletes old messages by itself";
    ByUnknown: "ukendt årsag", "unknown reason";
    Withheld: "Beskeder, der ikke gengives", "Messages that are not shown";
    WithheldText: "Beskeder i perioden, der er udeladt som udelukkende personalerelaterede, private eller fejlsendte, eller som endnu venter på, at et menneske tager stilling. Hver har et nummer i udleveringen; tid og modpart oplyses ikke.", "Messages of the period that were left out as solely personnel-related, private or sent by error, or that still await a person's decision. Each has a number in the production; time and counterpart are not given.";
    Ground: "Grund", "Ground";
    Standing: "Status", "Status";
    AwaitsReview: "venter på gennemsyn", "awaits review";
    LeftOut: "udeladt, kan hentes tilbage", "left out, can be taken back";
    LeftOutForGood: "udeladt, tilintetgjort", "left out, destroyed";
    Personnel: "personale", "personnel";
    Private: "privat", "private";
    Misdirected: "fejlsendt", "misdirected";
    Journalised: "journaliseret", "journalised";
    NoGround: "ingen angivet", "none given";
    Untimed: "uden tidspunkt", "without a time";
    NoConversation: "Beskeder uden samtale", "Messages in no conversation";
    Me: "Telefonens ejer", "Owner of the phone";
    Unknown: "ukendt afsender", "unknown sender";
    Sent: "sendt", "sent";
    Received: "modtaget", "received";
    ReadAt: "læst", "read";
    DeliveredAt: "leveret", "delivered";
    Edited: "Redigeret. Tidligere tekster:", "Edited. Earlier texts:";
    EarlierVersion: "Tidligere kopi af beskeden:", "Earlier copy of the message:";
    Withdrawn: "Beskeden er trukket tilbage af afsenderen. Teksten er ikke i kopien.", "The message was withdrawn by its sender. The text is not in the copy.";
    WithdrawnParts: "En del af beskeden er trukket tilbage af afsenderen.", "A part of the message was withdrawn by its sender.";
    Deleted: "Slettet på telefonen, men endnu ikke fjernet, da kopien blev taget.", "Deleted on the phone, but not yet removed when the copy was made.";
    Declassified: "Nedklassificeret, led", "Declassified, entry";
    Reactions: "Reaktioner", "Reactions";
    Removed: "fjernet igen", "taken back";
    ReplyTo: "Svar på", "Answer to";
    ReplyFar: "en tidligere besked, der ikke gengives her", "an earlier message that is not quoted here";
    NoText: "(ingen tekst)", "(no text)";
    Subject: "Emne", "Subject";
    Attachment: "Vedhæftning", "Attachment";
    AttachmentMissing: "er ikke i kopien af telefonen", "is not in the copy of the phone";
    Bytes: "byte", "bytes";
    Renamed: "ændrede samtalens navn til", "changed the name of the conversation to";
    NameRemoved: "fjernede samtalens navn", "removed the name of the conversation";
    Added: "føjede til samtalen:", "added to the conversation:";
    TookOut: "fjernede fra samtalen:", "removed from the conversation:";
    Left: "forlod samtalen", "left the conversation";
    Photo: "ændrede samtalens billede", "changed the picture of the conversation";
    Timer: "ændrede timeren for forsvindende beskeder", "changed the timer of disappearing messages";
    NewNumber: "skiftede nummer", "changed number";
    Call: "Ubesvaret opkald", "Missed call";
    Encryption: "Meddelelse om kryptering", "Notice about encryption";
    OtherEvent: "Hændelse med kode", "Event with code";
    Doubts: "Bemærkninger", "Remarks";
    Keep: "Opbevares til", "Kept until";
    Back: "Til forsiden", "To the start page";
    Next: "Næste side", "Next page";
    Previous: "Forrige side", "Previous page";
    Page: "Side", "Page";
    Group: "gruppe", "group";
    Participants: "Deltagere", "Participants";
    SkipTo: "Gå til indholdet", "Skip to content";
    Number: "Nr.", "No.";
    WithName: "Navne er fra telefonens adressebog på kopiens dag. Tider er dansk tid.", "Names are from the phone's address book on the day of the copy. Times are Danish time.";
    Love: "hjerte", "heart";
    Like: "tommel op", "thumb up";
    Dislike: "tommel ned", "thumb down";
    Laugh: "latter", "laughter";
    Emphasize: "udråbstegn", "exclamation marks";
    Question: "spørgsmålstegn", "question mark";
    Sticker: "klistermærke", "sticker";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_both_languages() {
        for (word, da, en) in WORDS {
            assert!(!da.is_empty() && !en.is_empty(), "{word:?}");
            assert_eq!(Lang::Da.say(*word), *da);
        }
    }
}
