//! Files of a message: found in the source, read and hashed; or named by it and not there.

use std::collections::HashMap;
use std::sync::Arc;

use evidence::{digest, hash_and_count};
use model::{Attachment, ReadAt, Sensitive, SourceError};

use crate::jid::text;

/// What a row says about a file.
#[derive(Default)]
pub(crate) struct Stated<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) mime: Option<&'a str>,
    pub(crate) size: Option<i64>,
    pub(crate) sha256: Option<[u8; 32]>,
}

/// Makes attachments and counts what is missing.
#[derive(Default)]
pub(crate) struct Files {
    mimes: HashMap<String, Arc<str>>,
    /// Files whose content is not in the source.
    pub(crate) missing: u64,
    /// Bytes of those, as the source states them.
    pub(crate) missing_bytes: u64,
}

impl Files {
    /// The attachment, and a code for what was odd.
    pub(crate) fn attach(
        &mut self,
        stated: &Stated<'_>,
        content: Result<Option<Arc<dyn ReadAt>>, SourceError>,
    ) -> (Attachment, Option<&'static str>) {
        let mut attachment = Attachment {
            name: stated.name.map(text),
            mime: stated.mime.map(|m| self.mime(m)),
            size: stated.size.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0),
            sha256: stated.sha256,
            missing: true,
            content: None,
        };
        let doubt = match content {
            Ok(Some(bytes)) => match hash_and_count(bytes.as_ref()) {
                Ok((sha256, size)) => {
                    let differs = stated.sha256.is_some_and(|stated| stated != sha256);
                    attachment.size = Some(size);
                    attachment.sha256 = Some(sha256);
                    attachment.missing = false;
                    attachment.content = Some(bytes);
                    differs.then_some("attachment_hash_differs")
                }
                Err(_) => Some("attachment_unreadable"),
            },
            Ok(None) => None,
            Err(_) => Some("attachment_unreadable"),
        };
        if attachment.missing {
            self.missing += 1;
            self.missing_bytes = self.missing_bytes.saturating_add(attachment.size.unwrap_or(0));
        }
        (attachment, doubt)
    }

    /// A card of a contact: its text is the file.
    pub(crate) fn card(&mut self, card: &str) -> Attachment {
        Attachment {
            name: None,
            mime: Some(self.mime("text/vcard")),
            size: Some(card.len() as u64),
            sha256: Some(digest(card.as_bytes())),
            missing: false,
            content: Some(Arc::new(card.as_bytes().to_vec())),
        }
    }

    fn mime(&mut self, mime: &str) -> Arc<str> {
        match self.mimes.get(mime) {
            Some(known) => known.clone(),
            // a hostile source may have a type of its own for each file
            None if self.mimes.len() >= 1000 => Arc::from(mime),
            None => self.mimes.entry(mime.to_owned()).or_insert_with(|| Arc::from(mime)).clone(),
        }
    }
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> Option<&str> {
    path.rsplit('/').find(|part| !part.is_empty())
}

/// Where on earth: the name and address of the place, and a `geo:` URI (RFC 5870), one a line.
pub(crate) fn place(lines: &[Option<&str>], latitude: Option<f64>, longitude: Option<f64>) -> Option<String> {
    let mut out: Vec<String> =
        lines.iter().flatten().map(|l| l.trim()).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    if let (Some(lat), Some(lon)) = (latitude, longitude)
        && (-90.0..=90.0).contains(&lat)
        && (-180.0..=180.0).contains(&lon)
        && (lat, lon) != (0.0, 0.0)
    {
        out.push(format!("geo:{lat:.6},{lon:.6}"));
    }
    (!out.is_empty()).then(|| out.join("\n"))
}

/// Text without U+FFFC, which stands for objects; `None` when nothing is left.
pub(crate) fn body(s: &str) -> Option<model::Text> {
    if !s.contains('\u{fffc}') {
        return (!s.is_empty()).then(|| text(s));
    }
    let kept: String = s.chars().filter(|c| *c != '\u{fffc}').collect();
    (!kept.is_empty()).then(|| Sensitive::new(Arc::from(kept)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(
            place(&[Some("Folketinget"), None], Some(55.6761), Some(12.5795)).as_deref(),
            Some("Folketinget\ngeo:55.676100,12.579500")
        );
        assert_eq!(place(&[], Some(452.0), Some(603.0)), None);
        assert_eq!(place(&[Some(" ")], Some(0.0), Some(0.0)), None);
        assert_eq!(place(&[], Some(f64::NAN), Some(1.0)), None);
    }

    #[test]
    fn a_file_that_is_there_is_measured() {
        let mut files = Files::default();
        let stated = Stated { size: Some(9), sha256: Some([1; 32]), ..Stated::default() };
        let (found, doubt) = files.attach(&stated, Ok(Some(Arc::new(b"hej".to_vec()))));
        assert_eq!((found.size, found.missing, doubt), (Some(3), false, Some("attachment_hash_differs")));
        let (gone, doubt) = files.attach(&stated, Ok(None));
        assert_eq!((gone.size, gone.sha256, gone.missing, doubt), (Some(9), Some([1; 32]), true, None));
        assert_eq!((files.missing, files.missing_bytes), (1, 9));
    }
}
