//! Rules that stand above the model: hard keeps, and narrow hard excludes. Each has an id, a reason
//! and tests. No rule looks at who the counterpart is.

use crate::message::{Item, Sender};
use crate::token::{Kind, Token};

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Marked, or from a system for classified messages.
    Classified,
    /// A case number of an authority.
    CaseNumber,
    /// A statute, a bill or a parliamentary question by number.
    Statute,
    /// A word that only a state authority's work has.
    Term,
    /// A one-time code from a machine to a private service.
    Code,
    /// A parcel notice from a machine that nobody answered.
    Delivery,
    /// Advertising from a machine that nobody answered.
    Marketing,
    /// Phishing: a link and a threat from a machine that nobody answered.
    Fraud,
}

/// Every rule with its id and its reason.
pub const RULES: [(Rule, &str, &str); 8] = [
    (Rule::Classified, "keep-classified", "the message is marked, or from a system for classified messages"),
    (Rule::CaseNumber, "keep-case-number", "names a case number"),
    (Rule::Statute, "keep-statute", "names a statute, a bill or a parliamentary question by number"),
    (Rule::Term, "keep-term", "has a word that only the work of a state authority has"),
    (Rule::Code, "exclude-code", "one-time code from a machine"),
    (Rule::Delivery, "exclude-delivery", "parcel notice from a machine, unanswered"),
    (Rule::Marketing, "exclude-marketing", "advertising from a machine, unanswered"),
    (Rule::Fraud, "exclude-fraud", "phishing from a machine, unanswered"),
];

impl Rule {
    /// The id in `reasons`.
    pub fn id(self) -> &'static str {
        RULES.iter().find(|(rule, ..)| *rule == self).map_or("", |(_, id, _)| id)
    }

    /// Whether it keeps.
    pub fn keeps(self) -> bool {
        matches!(self, Self::Classified | Self::CaseNumber | Self::Statute | Self::Term)
    }

    /// Whether it holds only while the owner never answered.
    pub(crate) fn needs_silence(self) -> bool {
        matches!(self, Self::Delivery | Self::Marketing | Self::Fraud)
    }
}

/// Beginnings of words that keep by themselves.
const TERMS: [&str; 21] = [
    "samraad",
    "aktindsigt",
    "lovforslag",
    "hoeringssvar",
    "talepunkt",
    "aktstykke",
    "journaliser",
    "folketingssvar",
    "udvalgsspoergsmaal",
    "embedsvaerk",
    "departementschef",
    "aendringsforslag",
    "tekstanmaerkning",
    "hoeringsfrist",
    "ministersvar",
    "lovprogram",
    "koordinationsudvalg",
    "finanslovsforslag",
    "tillaegsbevilling",
    "ministerforelaeg",
    "bekendtgoerelsesudkast",
];

/// Bytes of the shortest of them.
const TERM: usize = 7;

/// The rule that holds for one message, from its tokens. Those that need silence are candidates.
pub(crate) fn rule(item: &Item<'_>, tokens: &[Token<'_>], work_words: u8) -> Option<Rule> {
    if item.classified {
        return Some(Rule::Classified);
    }
    let machine = item.sender == Sender::Machine && !item.outgoing;
    if !machine && let Some(rule) = keep(tokens) {
        return Some(rule);
    }
    if !machine || work_words > 0 || item.attachment || tokens.len() > 80 {
        return None;
    }
    exclude(tokens)
}

fn keep(tokens: &[Token<'_>]) -> Option<Rule> {
    let number = |t: Option<&Token<'_>>| t.is_some_and(|t| t.kind == Kind::Shape && t.text.starts_with("<n"));
    let long = |t: Option<&Token<'_>>| t.is_some_and(|t| matches!(t.text, "<n2>" | "<n3>"));
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        match token.text {
            "<case>" => return Some(Rule::CaseNumber),
            "§" | "paragraf" if number(next) || next.is_some_and(|t| t.text == "<mixed>") => {
                return Some(Rule::Statute);
            }
            "l" | "s" | "spm" if token.kind == Kind::Word && long(next) => return Some(Rule::Statute),
            word if word.len() >= TERM
                && token.kind == Kind::Word
                && TERMS.iter().any(|t| word.starts_with(t)) =>
            {
                return Some(Rule::Term);
            }
            _ => {}
        }
    }
    None
}

fn exclude(tokens: &[Token<'_>]) -> Option<Rule> {
    let any = |words: &[&str]| tokens.iter().any(|t| words.iter().any(|w| t.text.starts_with(w)));
    // Codes and notices that may belong to the authority's own systems are left to the model.
    if any(&[
        "vpn",
        "citrix",
        "statens",
        "remote",
        "arbejd",
        "microsoft",
        "azure",
        "erhverv",
        "tjeneste",
        "moede",
        "minist",
    ]) {
        return None;
    }
    let has = |shape: &str| tokens.iter().any(|t| t.text == shape);
    let code = ["<n4>", "<n5>", "<n6>", "<phone>", "<year>"].iter().any(|s| has(s)) || has("<mixed>");
    if code
        && any(&[
            "kode",
            "engangskode",
            "code",
            "bekraeftelseskode",
            "verifikation",
            "verification",
            "otp",
            "pinkode",
        ])
    {
        return Some(Rule::Code);
    }
    let link = has("<url>");
    if link
        && any(&[
            "spaerret",
            "suspend",
            "told",
            "ubetalt",
            "refusion",
            "udloeber",
            "bekraeft",
            "opdater",
            "verificer",
            "boede",
            "laast",
        ])
    {
        return Some(Rule::Fraud);
    }
    if any(&["pakke", "forsendelse", "parcel", "delivery", "levering", "pakkeboks"])
        && any(&[
            "postnord",
            "gls",
            "dao",
            "bring",
            "ups",
            "dhl",
            "hent",
            "lever",
            "ankom",
            "pakkeboks",
            "chauffoer",
            "deliver",
            "track",
        ])
    {
        return Some(Rule::Delivery);
    }
    (any(&["rabat", "tilbud", "udsalg", "spar", "black", "sale"])
        && any(&["afmeld", "stop", "medlem", "kode", "%", "kr", "butik", "online", "<url>"]))
    .then_some(Rule::Marketing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;
    use crate::token::tokens;

    #[track_caller]
    fn check_from(sender: Sender, text: &str, expected: &str) {
        let folded = fold(text);
        let mut list = Vec::new();
        tokens(&folded, &mut list);
        let item = Item { body: text, sender, ..Item::default() };
        assert_eq!(rule(&item, &list, 0).map_or("", Rule::id), expected, "{text}");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        check_from(Sender::Person, text, expected);
    }

    #[test]
    fn no_term_is_shorter_than_the_shortest() {
        assert_eq!(TERMS.iter().map(|t| t.len()).min(), Some(TERM));
    }

    #[test]
    fn keeps() {
        check("Er sag 2025-1234 lukket?", "keep-case-number");
        check("Svaret på S 512 er sendt", "keep-statute");
        check("jf. § 20 i loven", "keep-statute");
        check("L 118 er til 2. behandling", "keep-statute");
        check("hvornår er samrådet", "keep-term");
        check("AKTINDSIGTEN skal ud", "keep-term");
        check("min\u{200b}istersvar? nej: sam\u{200d}råd", "keep-term");
    }

    #[test]
    fn keeps_nothing_of_a_private_life() {
        check("1 l mælk og 2 kg mel", "");
        check("vi er 4 til middag kl 18", "");
        check("str. s eller m?", "");
        check("", "");
    }

    #[test]
    fn machines() {
        let m = Sender::Machine;
        check_from(m, "Din engangskode er 123456", "exclude-code");
        check_from(m, "Din pakke kan hentes i pakkeboks hos Netto", "exclude-delivery");
        check_from(m, "25 % rabat i weekenden. Afmeld: STOP", "exclude-marketing");
        check_from(m, "Dit NemID er spærret. Bekræft på http://nemid-dk.info", "exclude-fraud");
        check_from(m, "Kode til VPN: 123456", "");
        check_from(m, "Mødet er flyttet til kl 10", "");
    }

    #[test]
    fn a_person_is_never_excluded_by_rule() {
        check("Din engangskode er 123456", "");
        check("Din pakke kan hentes i pakkeboks hos Netto", "");
    }

    #[test]
    fn a_marked_message_is_kept() {
        let item = Item { classified: true, ..Item::default() };
        assert_eq!(rule(&item, &[], 0), Some(Rule::Classified));
    }
}
