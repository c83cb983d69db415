//! A share of the epoch's key as a page to be printed, Danish, one sheet. It has no picture: what is in a
//! safe is to be typed by a person who was asked, not photographed in passing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::check_words::check_words;

/// What stands in front of the groups in the page.
const BEGINS: &str = "<pre id=\"share\">";

const STYLE: &str = "@page{size:A4;margin:18mm}body{font:11pt/1.4 sans-serif;max-width:170mm;margin:0 auto;\
padding:1em;color:#000;background:#fff}h1{font-size:17pt}table{border-collapse:collapse}td,th{text-align:left;\
vertical-align:top;padding:2pt 10pt 2pt 0}#share{font:16pt/1.9 monospace;white-space:pre-wrap;max-width:100mm}\
pre{font:9pt/1.4 monospace;white-space:pre-wrap}.line{border-bottom:1px solid #000;min-width:70mm;height:9mm}";

/// What stands on a share's sheet. It has no `Debug`: the groups are secret.
pub struct ShareSheet<S> {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Number of the split, hexadecimal.
    pub split: String,
    /// Epoch.
    pub epoch: u32,
    /// Shares that are needed.
    pub threshold: u8,
    /// Shares that there are.
    pub shares: u8,
    /// Which it is.
    pub number: u8,
    /// The groups.
    pub groups: S,
    /// Day of printing.
    pub made_at: String,
}

/// The page.
pub fn share_page<S: AsRef<str>>(sheet: &ShareSheet<S>) -> String {
    let ShareSheet { archive, split, epoch, threshold, shares, number, groups, made_at } = sheet;
    let words = check_words(&Sha256::digest(groups.as_ref()));
    let body = html! {
        h1 { "Del " (number) " af " (shares) " af arkivets nøgle" }
        p {
            strong { "Hemmelig. " }
            "Der skal " (threshold) " af " (shares) " dele til for at give adgang til alt i arkivet. "
            "Én del alene siger intet. Opbevar delene hver for sig, låst inde, hos hver sin person."
        }
        table {
            tr { th { "Arkiv" } td { (archive) } }
            tr { th { "Nøgle (epoke), deling" } td { (epoch) ", " (split) } }
            tr { th { "Delt den" } td { (made_at) } }
            tr { th { "Kontrolord" } td { (words) } }
        }
        h2 { "Delen" }
        (PreEscaped(BEGINS)) (groups.as_ref()) (PreEscaped("</pre>"))
        p { "Fem tegn i hver gruppe; det femte afslører tastefejl. O læses som 0, I og L som 1." }
        p { "Når delen skal bruges, tastes grupperne i en fil for sig, og delene samles:" }
        pre { "beskedarkiv key drill --share DEL-A.txt --share DEL-B.txt" }
        p {
            "Slet filen bagefter, også den, dette blad er udskrevet fra. Prøv delene en gang om året (key drill)."
        }
        table {
            tr { th { "Opbevares af" } td { div.line {} } }
            tr { th { "Sted" } td { div.line {} } }
            tr { th { "Modtaget, dato" } td { div.line {} } }
        }
    };
    let policy = format!("default-src 'none'; style-src 'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE)));
    let page = html! {
        (DOCTYPE)
        html lang="da" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                title { "Del " (number) " af " (shares) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}

/// The groups in a page that [`share_page`] made.
pub fn share_of_page(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(BEGINS)?;
    rest.split_once("</pre>").map(|(groups, _)| groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_gives_its_groups_back() {
        let sheet = ShareSheet {
            archive: "ab".repeat(16),
            split: "01020304".into(),
            epoch: 1,
            threshold: 2,
            shares: 3,
            number: 2,
            groups: "ABCDE 12345",
            made_at: "2026-11-26".into(),
        };
        let page = share_page(&sheet);
        assert_eq!(share_of_page(&page), Some("ABCDE 12345"));
        assert_eq!(share_of_page("ABCDE 12345"), None);
        assert!(page.contains("Del 2 af 3"));
        for word in ["<script", "src=", "href=", "url(", "<svg"] {
            assert!(!page.contains(word), "{word}");
        }
    }
}
