//! What the receiver gives back: a text that its job signs, saying which package it has and how far its log has come.

use chain::{Note, TrustedKey};
use model::wire;

use super::Taken;

const FIRST_LINE: &str = "beskedarkiv handover-receipt/1";

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    /// The giver's archive, hexadecimal.
    pub(super) giver: String,
    /// The receiver's.
    pub(super) receiver: String,
    /// SHA-256 of the package, hexadecimal.
    pub(super) package: String,
    /// Entry by which it was taken over.
    pub(super) entry: u64,
    pub(super) records: u64,
    pub(super) attachments: u64,
    /// SHA-256 over the commitments, hexadecimal.
    pub(super) commitments: String,
    /// Entries in the receiver's log afterwards.
    pub(super) size: u64,
    /// Its root, hexadecimal.
    pub(super) root: String,
}

impl Receipt {
    pub(super) fn of(taken: &Taken, entry: u64, package: &[u8; 32], archive: &archive::Archive) -> Self {
        Self {
            giver: taken.giver.clone(),
            receiver: wire::hex(archive.id()),
            package: wire::hex(package),
            entry,
            records: taken.records,
            attachments: taken.attachments,
            commitments: taken.commitments.clone(),
            size: archive.size(),
            root: wire::hex(&archive.root()),
        }
    }

    pub(super) fn text(&self) -> String {
        let Self { giver, receiver, package, entry, records, attachments, commitments, size, root } = self;
        format!(
            "{FIRST_LINE}\nfrom {giver}\nto {receiver}\npackage {package}\nentry {entry}\nrecords {records}\n\
             attachments {attachments}\ncommitments {commitments}\nsize {size}\nroot {root}\n"
        )
    }

    /// Reads a receipt that the holder of a key signed.
    pub(super) fn parse(text: &str, by: &TrustedKey) -> Option<Self> {
        let note = Note::parse(text).ok()?;
        note.verify(&by.name, &by.public).ok()?;
        let mut lines = note.text.lines();
        (lines.next()? == FIRST_LINE).then_some(())?;
        let mut field = |name: &str| Some(lines.next()?.strip_prefix(name)?.strip_prefix(' ')?.to_owned());
        let receipt = Self {
            giver: field("from")?,
            receiver: field("to")?,
            package: field("package")?,
            entry: field("entry")?.parse().ok()?,
            records: field("records")?.parse().ok()?,
            attachments: field("attachments")?.parse().ok()?,
            commitments: field("commitments")?,
            size: field("size")?.parse().ok()?,
            root: field("root")?,
        };
        (receipt.text() == note.text).then_some(receipt)
    }
}

#[cfg(test)]
mod tests {
    use chain::Signer;

    use super::*;

    #[test]
    fn a_receipt_is_believed_as_it_was_signed() {
        let receipt = Receipt {
            giver: "aa".into(),
            receiver: "bb".into(),
            package: "cc".into(),
            entry: 7,
            records: 3,
            attachments: 1,
            commitments: "dd".into(),
            size: 20,
            root: "ee".into(),
        };
        let signer = Signer::from_seed(&[1; 32]);
        let key = TrustedKey { name: "job".into(), public: signer.public() };
        let mut note = Note::new(receipt.text());
        assert_eq!(Receipt::parse(&note.to_text(), &key), None);
        note.sign("job", &signer);
        let text = note.to_text();
        assert_eq!(Receipt::parse(&text, &key), Some(receipt));
        for (from, to) in [("records 3", "records 4"), ("package cc", "package cd"), ("entry 7", "entry 07")]
        {
            assert_eq!(Receipt::parse(&text.replace(from, to), &key), None);
        }
        for cut in 1..text.len() {
            assert!(!text.is_char_boundary(cut) || Receipt::parse(&text[..cut], &key).is_none(), "{cut}");
        }
    }
}
