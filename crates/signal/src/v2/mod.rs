//! Signal for Android, the local backup folder (since 2025): `metadata`, `main` and shared media files,
//! opened by the recovery key; and the same frames as a plaintext export.

mod feed;
mod folder;
mod items;
mod json;
mod keys;
mod node;
mod people;
mod plain;
mod reader;
mod schema;
mod sealed;
mod updates;

pub(crate) use folder::open;
pub(crate) use keys::media_keys;
pub(crate) use plain::open as open_plain;
pub(crate) use sealed::{Checked, Media};

/// The changes of a group in `GroupChangeChatUpdate`, which the app's database holds too.
pub(crate) fn group_change(
    bytes: &[u8],
    who: updates::Who<'_>,
    doubts: &mut Vec<crate::draft::Doubt>,
) -> Option<Vec<crate::changes::Change>> {
    let mut met = node::Met::default();
    let node = node::Node::decode(bytes, &schema::GroupChange, &mut met).ok()?;
    Some(updates::group(&node, who, doubts))
}

/// Any bytes as frames in either form.
pub(crate) fn fuzz(data: &[u8]) {
    let mut met = node::Met::default();
    let _: Result<node::Node, model::Fault> = node::Node::decode(data, &schema::Frame, &mut met);
    let bytes: std::sync::Arc<dyn model::ReadAt> = std::sync::Arc::new(data.to_vec());
    for stored in [feed::Stored::Wire(bytes.clone()), feed::Stored::Json(bytes)] {
        let source = crate::draft::Source {
            name: "signal-android",
            evidence: crate::people::text("main"),
            sha256: [0; 32],
        };
        let none = Box::new(plain::NoFiles);
        if let Ok(mut reader) = reader::Reader::new(stored, "main", source, none, true, None, Vec::new()) {
            use model::MessageSource;
            let tally = reader.read(&mut |_| std::ops::ControlFlow::Continue(()));
            assert!(tally.is_ok_and(|t| t.balances()), "the counts balance");
        }
    }
}

#[cfg(test)]
mod tests;
