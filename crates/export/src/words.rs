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

    /// A sentence with `{1}`, `{2}` ... replaced, in one pass: what is put in is not looked at again.
    pub(crate) fn fill(self, word: Word, with: &[&str]) -> String {
        let mut out = String::new();
        let mut rest = self.say(word);
        while let Some((before, after)) = rest.split_once('{') {
            let (number, after) = after.split_once('}').unwrap_or((after, ""));
            let at = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            out.push_str(before);
            out.push_str(at.and_then(|at| with.get(at)).copied().unwrap_or("?"));
            rest = after;
        }
        out.push_str(rest);
        out
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
    NoMessages: "Ingen beskeder.", "No messages.";
    Conversation: "Samtale", "Conversation";
    First: "Første", "First";
    Last: "Seneste", "Last";
    HowToCheck: "Sådan kontrolleres udleveringen", "How to check this production";
    CheckText: "Filen manifest-sha256.txt i mappen over denne rummer en SHA-256-sum af hver fil. På Linux og macOS kontrolleres de med kommandoen `shasum -a 256 -c manifest-sha256.txt`. På Windows: `Get-FileHash -Algorithm SHA256 FIL` i PowerShell, én fil ad gangen.", "The file manifest-sha256.txt in the folder above this one holds a SHA-256 sum of every file. On Linux and macOS they are checked with the command `shasum -a 256 -c manifest-sha256.txt`. On Windows: `Get-FileHash -Algorithm SHA256 FILE` in PowerShell, one file at a time.";
    RootRecorded: "Kædens rod ovenfor er arkivets, da udleveringen blev noteret i det; myndigheden kan vise, at kæden er vokset fra de rødder, der står på dens journaliserede kvitteringer.", "The root of the chain above is the archive's when the production was recorded in it; the authority can show that the chain grew from the roots on its filed receipts.";
    RootOfTheRest: "Kædens rod ovenfor er regnet af det, der er tilbage; udleveringen er ikke noteret i arkivet.", "The root of the chain above is computed from what is left; the production is not recorded in the archive.";
    ProofText: "Hver besked har et bevis i mappen proofs: dens indhold, og at det stod i arkivet, da kæden blev underskrevet. Et bevis kontrolleres uden arkivet, men med arkivets nøgle, som myndigheden oplyser ad en anden vej end denne udlevering: med kommandoen `beskedarkiv verify --proof` eller på siden", "Every message has a proof in the folder proofs: its content, and that it stood in the archive when the chain was signed. A proof is checked without the archive, but with the archive's key, which the authority gives by another way than this production: with the command `beskedarkiv verify --proof`, or on the page";
    NoProofs: "Der er ingen beviser i denne udlevering, fordi arkivets kæde ikke holder.", "There are no proofs in this production, because the archive's chain does not hold.";
    ProofPage: "Kontrol af beviser", "Checking proofs";
    Proof: "Bevis", "Proof";
    SeveralSources: "Beskeden findes i flere kilder. Vist først, som den første af dem fortæller den:", "Several sources have this message. Shown first as the first of them tells it:";
    SaysTheSame: "siger det samme", "says the same";
    SaysOtherwise: "afviger i", "differs in";
    CopyOf: "kopi af", "copy of";
    FieldBody: "tekst", "text";
    FieldSent: "tidspunkt", "time";
    FieldReceived: "modtaget", "received";
    FieldDelivered: "leveret", "delivered";
    FieldRead: "læst", "read";
    FieldNetwork: "nettets tidspunkt", "time of the network";
    FieldFiles: "vedhæftninger", "attachments";
    FieldReactions: "reaktioner", "reactions";
    FieldEdits: "redigeringer", "edits";
    FieldParties: "deltagere og navne", "participants and names";
    FieldOther: "andet (se messages.jsonl)", "other (see messages.jsonl)";
    DisposedTitle: "Slettet ved opbevaringsfristens udløb", "Disposed of at the end of retention";
    DisposedText: "Disse beskeder var i arkivet og inden for udleveringen. De er slettet, da deres frist var udløbet; sletningen er et led i kæden med to underskrifter.", "These messages were in the archive and within this production. They were disposed of when their time was up; the disposal is an entry of the chain with two signatures.";
    DamagedTitle: "Beskadiget i arkivet", "Damaged in the archive";
    DamagedText: "Disse led i arkivets kæde kan ikke læses: det, der ligger der, er ikke det, der blev underskrevet. Det, de rummer, er ikke med i udleveringen; hvor mange beskeder det er, kan ikke ses af resten. Find en kopi af arkivet, der holder.", "These entries of the archive's chain cannot be read: what lies there is not what was signed. What they hold is not in this production; how many messages that is cannot be told from the rest. Find a copy of the archive that holds.";
    NotRecorded: "Kæden selv holder ikke. Udleveringen er derfor ikke noteret i den, og beviser kan mangle.", "The chain itself does not hold. This production is therefore not recorded in it, and proofs may be missing.";
    DamagedOther: "andet, eller ukendt", "something else, or unknown";
    DamagedHolds: "Rummer", "Holds";
    DamagedMessages: "beskeder", "messages";
    DamagedWhat: "Hvad der er galt", "What is wrong";
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
    WithheldText: "Beskeder i perioden, der er udeladt som udelukkende personalerelaterede, private eller fejlsendte, eller som endnu venter på, at et menneske tager stilling, og beskeder, der var i arkivet og er slettet efter en afgørelse. Hver har et nummer i udleveringen; tid og modpart oplyses ikke.", "Messages of the period that were left out as solely personnel-related, private or sent by error, or that still await a person's decision, and messages that were in the archive and were erased by a decision. Each has a number in the production; time and counterpart are not given.";
    Ground: "Grund", "Ground";
    Standing: "Status", "Status";
    AwaitsReview: "venter på gennemsyn", "awaits review";
    LeftOut: "udeladt, kan hentes tilbage", "left out, can be taken back";
    LeftOutForGood: "udeladt, tilintetgjort", "left out, destroyed";
    ErasedBy: "slettet ved afgørelse", "erased by decision";
    MovedBy: "flyttet til rette person eller telefon ved afgørelse", "moved to the right person or phone by decision";
    OnDay: "den", "on";
    Ordered: "pålagt sletning", "ordered to be erased";
    HandedOver: "afleveret til en anden myndigheds arkiv", "handed over to the archive of another authority";
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
    AttachmentDamaged: "kan ikke læses i arkivet", "cannot be read in the archive";
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
    QTitle: "Kvaliteten af sorteringen", "Quality of the sorting";
    QLead: "Retningslinjerne for sms-beskeder (maj 2024, afsnit 1) undtager beskeder, der udelukkende er private, udelukkende personalerelaterede, sendt ved en åbenlys fejl eller allerede journaliseret. Denne rapport siger, hvad der er holdt ude, hvem der afgjorde det, og hvor meget arbejde der efter en stikprøve højst kan være gået tabt. Den indeholder ingen beskeder, navne eller numre.", "The guidelines on text messages (May 2024, section 1) leave out messages that are solely private, solely about personnel matters, sent by obvious error, or journalised already. This report says what was left out, who decided it, and how much work can at most have been lost, by a random sample. It contains no message, name or number.";
    QShort: "Kort fortalt", "In short";
    QShortCounts: "{1} beskeder er sorteret: {2} er bevaret, {3} er holdt ude, og {4} venter på et menneske.", "{1} messages were sorted: {2} were kept, {3} were left out, and {4} wait for a person.";
    QShortBound: "Af de {1} beskeder i stikprøven, der var holdt ude, havde {2} arbejdsindhold. Med 95 % sikkerhed har højst {3} af de {4} beskeder, stikprøven er trukket af, det ({5}).", "Of the {1} messages in the sample that had been left out, {2} had work content. With 95 % confidence at most {3} of the {4} messages it was drawn from do ({5}).";
    QShortRecall: "Mindst {1} af alle arbejdsbeskeder er bevaret (95 % sikkerhed).", "At least {1} of all work messages were kept (95 % confidence).";
    QShortNone: "Der er endnu ikke bedømt nogen stikprøve. Hvor meget arbejde der er holdt ude, vides derfor ikke.", "No sample has been judged yet. How much work was left out is therefore not known.";
    QShortOpen: "Stikprøven er ikke færdig: {1} af {2} beskeder er bedømt. Før alle er det, kan intet sluttes af den.", "The sample is not finished: {1} of {2} messages were judged. Until all are, nothing follows from it.";
    QShortDrift: "Beskederne ligner ikke dem, som programmet har lært af. Tallene fra prøverne gælder derfor ikke uden videre.", "The messages do not resemble those the program learnt from. The figures of the tests therefore do not simply hold.";
    QOf: "Arkivet og perioden", "Archive and period";
    QMadeAt: "Rapporten er lavet", "Report made";
    QMode: "Hvad maskinen måtte", "What the machine might do";
    QModeSort: "sortere: bevare, holde ude og spørge", "sort: keep, leave out and ask";
    QModeAssist: "foreslå: intet er holdt ude uden et menneske", "propose: nothing was left out without a person";
    QModeRules: "kun holde ude ved faste regler", "leave out by fixed rules only";
    QModeOff: "intet: alt er bevaret", "nothing: everything was kept";
    QModel: "Model", "Model";
    QPolicy: "Regler", "Policy";
    QCounts: "Hvad der skete med beskederne", "What became of the messages";
    QCountsText: "En regel er et fast mønster, f.eks. en engangskode. Modellen er et regnestykke over ord og sammenhæng. Et menneske har læst beskeden.", "A rule is a fixed pattern, such as a one-time code. The model is a sum over words and context. A person has read the message.";
    QOutcome: "Udfald", "Outcome";
    QByRule: "Ved regel", "By a rule";
    QByModel: "Ved model", "By the model";
    QByPerson: "Ved menneske", "By a person";
    QTotal: "I alt", "Total";
    QKept: "Bevaret", "Kept";
    QPersonnel: "Holdt ude: udelukkende personale", "Left out: solely personnel";
    QPrivate: "Holdt ude: udelukkende privat", "Left out: solely private";
    QMisdirected: "Holdt ude: sendt ved åbenlys fejl", "Left out: sent by obvious error";
    QJournalised: "Holdt ude: allerede journaliseret", "Left out: journalised already";
    QUnstated: "Holdt ude: uden angivet grund", "Left out: no ground stated";
    QUndecided: "Bevaret, fordi ingen tog stilling i tide", "Kept because nobody decided in time";
    QByMachine: "Ved maskine (regel eller model)", "By the machine (rule or model)";
    QPresumed: "Det forudsætter, at mindst {1} af det bevarede er arbejde; det er ikke bedømt.", "This presumes that at least {1} of what was kept is work; that was not judged.";
    QWaiting: "Venter på et menneske", "Waiting for a person";
    QSample: "Stikprøven", "The sample";
    QSampleText: "Beskederne er udtrukket med et frø, der er noteret, så enhver, der har bunken, kan trække den samme stikprøve igen. Ingen har kunnet vælge den.", "The messages were drawn by a seed that is recorded, so anybody who has the pile can draw the same sample again. Nobody could choose it.";
    QPile: "Udeholdte beskeder, der blev trukket af", "Messages left out that were drawn from";
    QDrawn: "Trukket", "Drawn";
    QJudged: "Bedømt", "Judged";
    QBlind: "Heraf bedømt blindt (uden at se programmets svar)", "Of these judged blind (without seeing the program's answer)";
    QFound: "Fundet med arbejdsindhold", "Found to have work content";
    QAtMost: "Kan højst være i bunken (95 %)", "Can at most be in the pile (95 %)";
    QRecall: "Arbejdsbeskeder bevaret, mindst (95 %)", "Work messages kept, at least (95 %)";
    QSeed: "Frø", "Seed";
    QDrawRule: "Regel for udtrækning", "Rule of the draw";
    QFoundText: "Beskeder, der blev fundet, er lagt tilbage i arkivet. Grænsen tæller dem med, fordi den siger noget om bunken, som den var.", "Messages that were found were put back into the archive. The bound counts them, because it speaks of the pile as it was.";
    QNotBlind: "{1} bedømmelser blev givet af en, der kunne se programmets svar. Sådan en bedømmelse hælder mod svaret.", "{1} judgements were given by somebody who could see the program's answer. Such a judgement leans towards the answer.";
    QAgree: "Er bedømmerne enige?", "Do the reviewers agree?";
    QAgreeText: "To har bedømt de samme {1} beskeder uden at se hinandens svar; {2} gange svarede de ens.", "Two judged the same {1} messages without seeing each other's answers; {2} times they answered alike.";
    QKappa: "Kappa er {1} (mindst {2}): 0 er, hvad tilfældet ville give, 1 er fuld enighed.", "Kappa is {1} (at least {2}): 0 is what chance would give, 1 is full agreement.";
    QKappaNone: "Kappa kan ikke regnes ud: begge gav det samme svar til alt.", "Kappa cannot be computed: both gave one answer to everything.";
    QAgreeNone: "Ingen beskeder er bedømt af to. Hvor meget svarene afhænger af, hvem der bedømmer, vides ikke.", "No message was judged by two. How much the answers depend on who judges is not known.";
    QCurve: "Hvad der ville ske ved andre grænser", "What other limits would do";
    QCurveText: "Programmet holder en besked ude, når sandsynligheden for arbejdsindhold er under grænsen. En lavere grænse taber mindre arbejde og holder mindre privat ude. Tabellen er målt på {1} beskeder med kendt svar, før det, der ellers holder en udeladelse tilbage.", "The program leaves a message out when the probability of work content is below the limit. A lower limit loses less work and leaves out less that is private. The table was measured on {1} messages with known answers, before anything else holds an exclusion back.";
    QCurveOwn: "De er myndighedens egne.", "They are the authority's own.";
    QCurveInvented: "De er opdigtede; se nedenfor.", "They are invented; see below.";
    QBelow: "Grænse", "Limit";
    QNotLost: "Arbejde ikke tabt", "Work not lost";
    QOthersOut: "Andet holdt ude", "Others left out";
    QChosen: "valgt", "chosen";
    QDrift: "Ligner beskederne dem, programmet har lært af?", "Do the messages resemble those the program learnt from?";
    QDriftText: "Afstanden (population stability index) er {1} for {2} beskeder; op til {3} kan skyldes tilfældet. {4} af ordene har modellen aldrig set.", "The distance (population stability index) is {1} for {2} messages; up to {3} may be chance. The model has never seen {4} of the words.";
    QUnknownThen: "I det, den lærte af, var det {1}.", "In what it learnt from it was {1}.";
    QTooFew: "For få beskeder til at sige noget.", "Too few messages to say anything.";
    QSteady: "Ja, så vidt dette mål kan se. Det viser ikke, at sorteringen er rigtig.", "Yes, as far as this measure can see. It does not show that the sorting is right.";
    QWatch: "Ikke helt. Der bør læses flere af de udeholdte beskeder.", "Not quite. More of the messages left out should be read.";
    QDrifted: "Nej. Intet bør holdes ude af maskinen, før en stikprøve er bedømt.", "No. Nothing should be left out by the machine before a sample was judged.";
    QDriftNone: "Er ikke målt.", "Was not measured.";
    QField: "Hvor langt opdigtede beskeder er fra virkelige", "How far invented messages are from real ones";
    QFieldText: "Modellen har lært af opdigtede beskeder. Hvor godt den klarer sig, falder, jo længere teksten er fra dem: først ved prøver af samme hånd, så ved en anden hånd, så ved myndighedens egne beskeder. Kun tal for myndighedens egne beskeder siger noget om denne myndighed.", "The model learnt from invented messages. How well it does falls the further a text is from them: first tests by the same hand, then another hand, then the authority's own messages. Only figures for the authority's own messages say anything about this authority.";
    QMaterial: "Målt på", "Measured on";
    QSameHand: "Opdigtet, samme hånd", "Invented, same hand";
    QOtherHand: "Opdigtet, anden hånd", "Invented, another hand";
    QOwn: "Myndighedens egne beskeder", "The authority's own messages";
    QOwnNone: "Myndighedens egne beskeder er ikke mærket. Hvordan sorteringen er på dem, vides kun fra stikprøven.", "The authority's own messages were not labelled. How the sorting does on them is known from the sample only.";
    QAtLeast: "mindst", "at least";
    QToReview: "Til et menneske", "To a person";
    QDistance: "Afstand", "Distance";
    QHow: "Sådan er tallene til", "How the figures are made";
    QHowText: "Grænserne er ensidige på 95 % og gælder for træk uden tilbagelægning af en endelig bunke (hypergeometrisk). De forudsætter, at stikprøven er tilfældig, og at bedømmerne har ret. Procenter om det bevarede er rundet ned, procenter om det tabte er rundet op.", "The bounds are one-sided at 95 % and hold for drawing without replacement from a finite pile (hypergeometric). They presume that the sample is random and that the reviewers are right. Percentages of what was kept are rounded down, those of what was lost up.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_both_languages() {
        for (word, da, en) in WORDS {
            assert!(!da.is_empty() && !en.is_empty(), "{word:?}");
            for n in 1..=5 {
                let place = format!("{{{n}}}");
                assert_eq!(da.matches(&place).count(), en.matches(&place).count(), "{word:?} {place}");
            }
            assert_eq!(Lang::Da.say(*word), *da);
        }
    }
}
