//! The state of the log as a page to be printed, signed and filed: Danish, one sheet, loads nothing. It
//! holds the signed note too, as text and as a picture that a telephone or scanner reads.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, PreEscaped, html};
use qrcode::{Color, EcLevel, QrCode};
use sha2::{Digest, Sha256};

/// What stands in front of the signed note in the page.
pub const NOTE_BEGINS: &str = "<pre id=\"checkpoint\">";

const STYLE: &str = "@page{size:A4;margin:14mm 18mm}body{font:11pt/1.4 sans-serif;max-width:180mm;margin:0 auto;\
padding:1em;color:#000;background:#fff}h1{font-size:17pt}table{border-collapse:collapse}td,th{text-align:left;\
vertical-align:top;padding:2pt 10pt 2pt 0}.groups{font:15pt/1.9 monospace;letter-spacing:.06em}.groups span{\
display:inline-block;margin-right:1.1em}pre{font:7.5pt/1.35 monospace;white-space:pre-wrap;\
overflow-wrap:anywhere}svg{flex:none;width:52mm;height:52mm}.line{border-bottom:1px solid #000;min-width:70mm;height:9mm}\
.side{display:flex;gap:8mm;align-items:flex-start}@media print{body{padding:0;max-width:none}h1,h2{margin:.5em 0 .2em}\
h1{margin-top:0}p,pre{margin:.4em 0}.groups{line-height:1.5}.line{height:7.5mm}tr{break-inside:avoid}}";

/// What stands on a sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Archive, hexadecimal.
    pub archive: String,
    /// Entries.
    pub size: u64,
    /// Root over them, hexadecimal.
    pub root: String,
    /// Root and size as groups to be typed.
    pub groups: Vec<String>,
    /// The signed note.
    pub note: String,
    /// Key that signed it.
    pub trusted_key: String,
    /// Who cosigned, and when.
    pub cosigned: Vec<(String, String)>,
    /// Day of printing.
    pub made_at: String,
}

/// A picture of some text, as SVG; `None` when it is too long for one.
pub(crate) fn picture(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (at, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        // writing to a String does not fail
        let _: std::fmt::Result = write!(path, "M{} {}h1v1h-1z", at % width + 4, at / width + 4);
    }
    let side = width + 8;
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" \
         role=\"img\" aria-label=\"QR\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// The page.
pub fn checkpoint_page(sheet: &Sheet) -> String {
    let Sheet { archive, size, root, groups, note, trusted_key, cosigned, made_at } = sheet;
    let body = html! {
        h1 { "Arkivets tilstand, til journalen" }
        p {
            "Dette blad fastholder, hvor langt arkivets kæde var, og hvad der stod i den. Journalisér det samme dag. "
            "Er kæden siden blevet kortere eller skrevet om, viser bladet det."
        }
        table {
            tr { th { "Arkiv" } td { (archive) } }
            tr { th { "Kædens længde" } td { strong { (size) } } }
            tr { th { "Kædens rod (SHA-256)" } td { (root) } }
            tr { th { "Udskrevet" } td { (made_at) } }
            @for (name, at) in cosigned { tr { th { "Medunderskrevet" } td { (name) ", " (at) } } }
        }
        h2 { "Rod og længde, til at taste ind" }
        p.groups { @for group in groups { span { (group) } " " } }
        p { "Fem tegn i hver gruppe; det femte afslører tastefejl. O læses som 0, I og L som 1." }
        div.side {
            @if let Some(svg) = picture(&signed(note)) { (PreEscaped(svg)) }
            div {
                p { "Efterprøv arkivet mod bladet:" }
                pre { "beskedarkiv checkpoint verify-printed --archive MAPPE --size " (size) " " (groups.join(" ")) }
                p { "eller med denne fil, eller med teksten i billedet gemt som fil:" }
                pre { "beskedarkiv verify --archive MAPPE --checkpoint FIL" }
            }
        }
        h2 { "Signeret kontrolpunkt" }
        (PreEscaped(NOTE_BEGINS)) (note) (PreEscaped("</pre>"))
        pre { (trusted_key) }
        table {
            tr { th { "Journalnummer" } td { div.line {} } }
            tr { th { "Udskrevet af" } td { div.line {} } }
            tr { th { "Set af" } td { div.line {} } }
        }
    };
    let page = html! {
        (DOCTYPE)
        html lang="da" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                title { "Arkivets tilstand" }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}

/// What a sheet may load: its own style.
fn policy() -> String {
    format!("default-src 'none'; style-src 'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE)))
}

/// The note with its first signature only: the job's, which is all that a check needs.
fn signed(note: &str) -> String {
    let lines: Vec<&str> = note.lines().take(5).collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let note = include_str!("../../../fixtures/vectors/chain/cosigned-1.txt").to_owned();
        Sheet {
            archive: "ab".repeat(16),
            size: 42,
            root: "07".repeat(32),
            groups: vec!["ABCDE".into(), "12345".into()],
            note,
            trusted_key: "k".into(),
            cosigned: vec![("vidne<b>".into(), "2026-11-26".into())],
            made_at: "2026-11-26".into(),
        }
    }

    #[test]
    fn the_page_has_the_note_and_loads_nothing() {
        let page = checkpoint_page(&sheet());
        let (_, rest) = page.split_once(NOTE_BEGINS).unwrap();
        assert_eq!(rest.split_once("</pre>").unwrap().0, sheet().note, "byte for byte");
        assert!(page.contains("vidne&lt;b&gt;") && page.contains("<svg"));
        for word in ["<script", "src=", "href=", "url("] {
            assert!(!page.contains(word), "{word}");
        }
        let (_, style) = page.split_once("<style>").unwrap();
        let digest = STANDARD.encode(Sha256::digest(style.split_once("</style>").unwrap().0));
        assert!(page.contains(&digest), "the page's own style may be used");
    }

    /// It is one page of A4, whose picture is not made smaller by what stands beside it.
    #[test]
    fn the_sheet_fits_a_page() {
        let page = checkpoint_page(&sheet());
        assert!(page.contains("svg{flex:none;width:52mm;height:52mm}"));
        assert!(page.contains("@media print{body{padding:0;"));
    }

    /// Another program's reader of such pictures reads the note back.
    #[test]
    fn the_picture_says_the_note() {
        let note = signed(&sheet().note);
        let code = QrCode::with_error_correction_level(&note, EcLevel::M).unwrap();
        let (width, colors, scale) = (code.width(), code.to_colors(), 4);
        let side = (width + 8) * scale;
        let dark = |x: usize, y: usize| {
            let (x, y) = ((x / scale).checked_sub(4), (y / scale).checked_sub(4));
            matches!((x, y), (Some(x), Some(y)) if x < width && y < width && colors[y * width + x] == Color::Dark)
        };
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| if dark(x, y) { 0 } else { 255 });
        let grids = image.detect_grids();
        assert_eq!(grids[0].decode().unwrap().1, note);
        let svg = picture(&note).unwrap();
        let drawn = svg.matches("h1v1h-1z").count();
        assert_eq!(drawn, colors.iter().filter(|c| **c == Color::Dark).count());
        assert!(picture(&"x".repeat(5000)).is_none());
    }
}
