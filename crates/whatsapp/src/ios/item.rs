//! A row of `ZWAMEDIAITEM`: what a message carries beside words, and what its columns are used for by kind.

use std::borrow::Cow;

use crate::take::Take;

/// What `ZWAMEDIAITEM` says of a message.
#[derive(Default)]
pub(super) struct Media {
    pub(super) path: Option<String>,
    pub(super) title: Option<String>,
    pub(super) card: Option<String>,
    pub(super) size: Option<i64>,
    pub(super) latitude: Option<f64>,
    pub(super) longitude: Option<f64>,
    pub(super) metadata: Option<Vec<u8>>,
}

/// Columns of `ZWAMEDIAITEM`, in the order of [`Media::take`].
pub(super) const MEDIA: &[&str] =
    &["ZMEDIALOCALPATH", "ZTITLE", "ZVCARDSTRING", "ZFILESIZE", "ZLATITUDE", "ZLONGITUDE", "ZMETADATA"];

/// Columns of `ZWAMESSAGEDATAITEM`: what a link leads to, as the app showed it.
pub(super) const PREVIEW: &[&str] = &["ZMATCHEDTEXT", "ZTITLE", "ZSUMMARY"];

impl Media {
    /// Takes all columns of [`MEDIA`].
    pub(super) fn take(t: &mut Take<'_, '_>) -> Self {
        let own = |t: Option<Cow<'_, str>>| t.map(Cow::into_owned);
        Self {
            path: own(t.text()),
            title: own(t.text()),
            card: own(t.text()),
            size: t.int(),
            latitude: t.real(),
            longitude: t.real(),
            metadata: t.blob().map(<[u8]>::to_vec),
        }
    }
}

/// Whether the text of a media item is a media type: it may also be a card, a place or an address.
pub(super) fn is_media_type(text: &str) -> bool {
    text.len() < 128
        && !text.contains('@')
        && text.split_once('/').is_some_and(|(kind, _)| {
            ["image", "video", "audio", "text", "application", "font", "model"].contains(&kind)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        for is in ["image/jpeg", "audio/ogg; codecs=opus", "application/pdf"] {
            assert!(is_media_type(is), "{is}");
        }
        for none in ["BEGIN:VCARD", "4540112233@s.whatsapp.net", "55.67;12.57", "", "a/b", "https://a.dk/b"] {
            assert!(!is_media_type(none), "{none}");
        }
    }
}
