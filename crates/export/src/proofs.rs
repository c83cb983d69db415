//! The proofs of a production: which file the proof of a message lies in, the files themselves, and the
//! page that checks them. What a proof is made of is not known here: it comes as text.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::exhibit::{ArchiveInfo, Exhibit};
use crate::production::Production;
use crate::words::Lang;

/// How proofs are spread over files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofFiles {
    /// A file for each message, named after its number.
    EachMessage,
    /// A file for each segment, named after its entry: for large productions.
    EachSegment,
}

/// A message that was written and awaits its proof.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Awaiting {
    /// Entry of its segment.
    pub entry: u64,
    /// Place in the segment.
    pub place: u32,
    /// File that its proof belongs in.
    pub file: String,
}

/// The proofs of a production under way.
#[derive(Default)]
pub(crate) struct Proofs {
    files: Option<ProofFiles>,
    /// Entry and place of the exhibits of a month, ascending.
    places: Vec<(u64, u32)>,
    awaiting: Vec<Awaiting>,
    /// What names of files carry for a marking.
    tag: String,
}

impl Proofs {
    /// Proofs whose files carry a marking in their names.
    pub(crate) fn tagged(tag: String) -> Self {
        Self { tag, ..Self::default() }
    }

    /// Begins a month: where its exhibits stand in their segments.
    pub(crate) fn begin(&mut self, exhibits: &[Exhibit]) {
        if self.files == Some(ProofFiles::EachSegment) {
            let also = exhibits.iter().flat_map(|e| &e.also).map(|other| &other.archive);
            let all = exhibits.iter().map(|e| &e.archive).chain(also);
            self.places = all.map(|archive| (archive.entry, archive.place)).collect();
            self.places.sort_unstable();
        }
    }

    /// Notes a numbered exhibit, and in it where its proof will be; `other` counts what further sources tell.
    pub(crate) fn note(&mut self, archive: &mut ArchiveInfo, other: usize) {
        let (entry, place) = (archive.entry, archive.place);
        let (file, record) = match self.files {
            None => return,
            Some(ProofFiles::EachMessage) if other > 0 => {
                (format!("{:07}-{}{}.proof", archive.number, other + 1, self.tag), 1)
            }
            Some(ProofFiles::EachMessage) => (format!("{:07}{}.proof", archive.number, self.tag), 1),
            Some(ProofFiles::EachSegment) => {
                // its rank among the records of the file
                let first = self.places.partition_point(|p| *p < (entry, 0));
                let here = self.places.partition_point(|p| *p < (entry, place));
                (format!("entry-{entry:010}{}.proof", self.tag), here - first + 1)
            }
        };
        if let Some(origin) = &mut archive.origin {
            origin.proof = Some(origin_file(&file, 0));
        }
        archive.proof = Some(file.clone());
        archive.proof_record = record as u64;
        self.awaiting.push(Awaiting { entry, place, file });
    }
}

/// The file beside a proof with the same by the log of an archive before: 0 is the one that handed it over.
fn origin_file(file: &str, before: usize) -> String {
    if before == 0 { format!("origin-{file}") } else { format!("origin-{}-{file}", before + 1) }
}

impl Production {
    /// Says how proofs are to be spread over files; without it there are none.
    pub fn with_proofs(&mut self, files: ProofFiles) {
        self.proofs.files = Some(files);
    }

    /// The messages written since last asked, by entry and place: each needs a proof.
    pub fn awaiting(&mut self) -> Vec<Awaiting> {
        let mut awaiting = std::mem::take(&mut self.proofs.awaiting);
        awaiting.sort_unstable();
        awaiting
    }

    /// Writes the state of the log that all proofs end in.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn checkpoint(&mut self, text: &str) -> io::Result<()> {
        self.bag.whole("data/checkpoint", text.as_bytes())
    }

    /// Writes a state that somebody cosigned, and what shows that the later one grew from it.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn cosigned(&mut self, size: u64, note: &str, consistency: &str) -> io::Result<()> {
        let name = format!("data/checkpoints/{size:016x}");
        self.bag.whole(&name, note.as_bytes())?;
        self.bag.whole(&format!("{name}.consistency"), consistency.as_bytes())
    }

    /// Writes a file of proofs by the log of an archive before: 0 is the one that handed the messages over.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn origin_proof(&mut self, file: &str, before: usize, text: &str) -> io::Result<()> {
        self.proof(&origin_file(file, before), text)
    }

    /// Writes a file of proofs.
    ///
    /// # Errors
    /// What the operating system refuses.
    pub fn proof(&mut self, file: &str, text: &str) -> io::Result<()> {
        self.bag.whole(&format!("data/proofs/{file}"), text.as_bytes())
    }
}

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("verify.js");

/// The page that checks proofs, in a browser and without a network: its script is in it, and by its
/// policy it can load nothing and send nothing.
pub(crate) fn page(lang: Lang, marking: Option<&str>) -> String {
    let marking = maud::html! { @if let Some(marking) = marking { p.marking { (marking) } } }.into_string();
    let script = SCRIPT.replace("\"LANG\"", &format!("\"{}\"", lang.code()));
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let (style, run) = (hash(STYLE), hash(&script));
    let title = match lang {
        Lang::Da => "Kontrol af beviser",
        Lang::En => "Checking proofs",
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-{style}'; script-src 'sha256-{run}'\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{title}</title>\
         <style>{STYLE}</style></head><body>{marking}<main id=\"main\"></main><script>{script}</script></body></html>\n",
        lang.code()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_runs_its_own_script_and_loads_nothing() {
        for lang in [Lang::Da, Lang::En] {
            let page = page(lang, Some("<HEMMELIGT>"));
            assert!(page.contains("<p class=\"marking\">&lt;HEMMELIGT&gt;</p>"));
            let (_, rest) = page.split_once("<script>").unwrap();
            let (script, after) = rest.split_once("</script>").unwrap();
            assert!(page.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))));
            assert!(!after.contains("<script"));
            for word in
                ["src=", "href=", "http:", "https:", "fetch(", "XMLHttp", "import(", "innerHTML", "eval("]
            {
                assert!(!page.contains(word), "{word}");
            }
            assert!(page.contains("textContent"), "the control");
        }
    }

    #[test]
    fn a_message_has_its_file_and_its_place_in_it() {
        let info = |number, entry, place| ArchiveInfo { number, entry, place, ..ArchiveInfo::default() };
        let exhibit = |archive| Exhibit {
            message: Box::new(crate::production::tests::empty()),
            older: vec![],
            also: vec![],
            archive,
        };
        let all = [info(1, 7, 9), info(2, 7, 2), info(3, 6, 100)];
        let named = |files| {
            let mut proofs = Proofs { files, ..Proofs::default() };
            proofs.begin(&all.clone().map(exhibit));
            let mut out = Vec::new();
            for mut archive in all.clone() {
                proofs.note(&mut archive, 0);
                out.push((archive.proof, archive.proof_record));
            }
            out
        };
        assert_eq!(named(None), [(None, 0), (None, 0), (None, 0)]);
        let each = |n: u64| (Some(format!("000000{n}.proof")), 1);
        assert_eq!(named(Some(ProofFiles::EachMessage)), [each(1), each(2), each(3)]);
        let of = |entry: u64, record| (Some(format!("entry-000000000{entry}.proof")), record);
        assert_eq!(named(Some(ProofFiles::EachSegment)), [of(7, 2), of(7, 1), of(6, 1)]);
    }
}
