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

    /// Whether there are proofs, and every message has got its own.
    pub(crate) fn complete(&self) -> bool {
        self.files.is_some() && self.awaiting.is_empty()
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

    /// What the page's own script says to a question put to it, where there is a program that runs scripts.
    fn asked(lang: Lang, question: &str) -> Option<serde_json::Value> {
        let node = || std::process::Command::new("node");
        node().arg("--version").output().ok()?;
        let page = page(lang, None);
        let script = page.split_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
        let code = format!(
            "const crypto = globalThis.crypto || require('crypto').webcrypto;{script}\n\
             (async () => {{ {question} }})().then((said) => console.log(JSON.stringify(said)));"
        );
        let done = node().args(["-e", &code]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Some(serde_json::from_slice(&done.stdout).unwrap())
    }

    const KEY: &str = include_str!("../../../fixtures/vectors/chain/trusted-keys-1.txt");
    const NOTE: &str = include_str!("../../../fixtures/vectors/chain/cosigned-1.txt");
    const COSIGNER: &str = include_str!("../../../fixtures/vectors/chain/cosigner-1.txt");
    const PROOF: &str = include_str!("../../../fixtures/vectors/chain/proof-1.proof");

    #[test]
    fn a_key_is_found_in_all_that_shows_it() {
        let key = KEY.lines().find(|l| l.contains("/job+")).unwrap();
        let damaged = key.replace("/job+", "/job+f");
        for (text, found) in [
            (KEY.to_owned(), "1"),
            (format!("{NOTE}\n{key}\n"), "1"),
            (format!("{NOTE}\r\n{COSIGNER}\r\n  {key}"), "1"),
            (format!("{key}\n{key}"), "2"),
            (format!("{key}\n{damaged}"), "key_bad"),
            (String::new(), "no_key"),
            (" \n".to_owned(), "no_key"),
            (NOTE.to_owned(), "key_bad"),
            (format!("# {key}"), "key_bad"),
            (COSIGNER.to_owned(), "key_bad"),
            (key.replace("/job", "/jab"), "key_bad"),
        ] {
            let question = format!(
                "try {{ return String((await pasted({})).length) }} catch (e) {{ return e.message }}",
                serde_json::to_string(&text).unwrap()
            );
            let Some(said) = asked(Lang::Da, &question) else { return };
            assert_eq!(said, found, "{text}");
        }
    }

    #[test]
    fn the_page_says_what_is_wrong_with_a_key() {
        let told = |lang| {
            asked(
                lang,
                "return [SAY.LANG_OF.no_key, SAY.LANG_OF.key_bad, SAY.LANG_OF.how]"
                    .replace("LANG_OF", lang.code())
                    .as_str(),
            )
        };
        let (Some(da), Some(en)) = (told(Lang::Da), told(Lang::En)) else { return };
        assert_eq!(da[0], "Indsæt først arkivets nøgle.");
        assert_eq!(en[0], "Paste the archive's key first.");
        let bad = "nøglen kan ikke læses: den er én linje, der begynder med beskedarkiv/ og indeholder /job+";
        assert_eq!(da[1], bad);
        assert!(da[2].as_str().unwrap().contains("f.eks. fra et journaliseret blad med arkivets tilstand"));
        assert!(en[2].as_str().unwrap().contains("such as a filed sheet with the archive's state"));
    }

    #[test]
    fn a_proof_is_shown_in_words() {
        // a body "true", and a verdict of every key
        let groups = "const hidden = { hidden: true }, none = { data: new Uint8Array() };
            const data = (...b) => ({ data: Uint8Array.from(b) });
            const record = [
              data(0xa3, 0, 1, 1, 0x63, 83, 77, 83, 2, 1), data(0xa1, 1, 0x64, 116, 114, 117, 101),
              data(0xa1, 3, 0xf5), none, none, hidden, hidden,
              data(0xab, 1, 2, 2, 4, 3, 1, 4, 32, 5, 0x82, 0x61, 97, 0x61, 98, 6, 0x81, 0x61, 99, 7, 0x1a, 0, 15, 66, 54,
                8, 2, 9, 0x81, 0x61, 100, 10, 0x42, 1, 255, 11, 1)];
            const { out, hidden: not } = shown(record);";
        let of = |lang: Lang| {
            let say = lang.code();
            asked(lang, &format!("{groups} return worded(out, SAY.{say}).map((f) => f.join(': '))"))
        };
        let Some(da) = of(Lang::Da) else { return };
        assert_eq!(
            da,
            serde_json::json!([
                "Tjeneste: SMS",
                "Retning: sendt",
                "Tekst: true",
                "Gruppe: ja",
                "Sorteringens svar: et menneske tager stilling",
                "Opbevaringsklasse: M25",
                "Opbevares til: 1970-01-02",
                "Kan slettes fra: 1969-12-31",
                "Regler: a, b",
                "Bemærkninger: [\"c\"]",
                "Sandsynlighed for arbejdsindhold: 99,999 %",
                "Grund: privat",
                "Begrundelser: d",
                "Beskedens nummer: 01ff",
                "Muligvis også i en anden kilde: ja",
            ])
        );
        let en = of(Lang::En).unwrap();
        assert_eq!(
            [&en[1], &en[4], &en[5], &en[11]],
            ["Direction: sent", "Answer of the sorting: review", "Retention class: M25", "Ground: private"]
        );
        // what programs compare stays as the lines have it
        let plain = asked(Lang::Da, &format!("{groups} return [out[1], out[5], not]")).unwrap();
        let hidden = ["raw", "provenance"];
        assert_eq!(plain, serde_json::json!([["direction", "out"], ["class", "M25"], hidden]));
    }

    #[test]
    fn the_root_is_written_as_the_start_page_writes_it() {
        let question = format!(
            "const proven = await check({}, await pasted({})); return [grouped(proven.root), hex(base64(proven.root))]",
            serde_json::to_string(PROOF).unwrap(),
            serde_json::to_string(&format!("{NOTE}\n{KEY}")).unwrap(),
        );
        let Some(said) = asked(Lang::Da, &question) else { return };
        let groups: Vec<&str> = said[0].as_str().unwrap().split(' ').collect();
        assert!(groups.len() == 8 && groups.iter().all(|group| group.len() == 8), "{said}");
        assert_eq!(groups.concat(), said[1].as_str().unwrap());
    }

    /// Every field of every group has a name, and every code a word, in both languages.
    #[test]
    fn fields_and_codes_have_words() {
        let question = "const names = Object.values(FIELDS).flat().filter((n) => n && n !== 'version');\
            const missing = [];\
            for (const [lang, say] of Object.entries(SAY)) {\
              for (const n of [...names, 'attachments']) if (!say.fields[n]) missing.push(lang + ' ' + n);\
              for (const g of GROUPS) if (!say.groups[g]) missing.push(lang + ' ' + g);\
              if (Object.keys(say).join() !== Object.keys(SAY.da).join()) missing.push(lang);\
            }\
            for (const [n, codes] of Object.entries(CODES))\
              for (const c of Object.values(codes))\
                if (n !== 'class' && !SAY.da.values[n + ' ' + c]) missing.push(n + ' ' + c);\
            return [missing, names.length > 30]";
        let Some(said) = asked(Lang::Da, question) else { return };
        assert_eq!(said, serde_json::json!([[], true]));
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
