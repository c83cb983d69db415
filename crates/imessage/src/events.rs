//! Rows that are no messages: who came and went, names and pictures of a group, places shared.

use std::borrow::Cow;
use std::sync::Arc;

use model::{Event, Sensitive, Text};

use crate::extras::Extras;
use crate::maps::Handle;
use crate::rows::Row;

/// What a row that is no message says (`item_type`, `group_action_type`).
pub(crate) fn event(
    row: &Row<'_>,
    sender: Option<&Text>,
    other: Option<&Handle>,
    extras: Option<Extras>,
    doubts: &mut Vec<Cow<'static, str>>,
) -> Option<Event> {
    let who = || other.map(|h| h.address.clone());
    let kind = match (row.item_type, row.group_action_type) {
        // a kind of attached message that is not known; its text is its body
        (0, _) if row.is_unknown_kind() => {
            Event::Other { code: format!("associated/{}", row.associated_type), text: None }
        }
        (0, _) => return None,
        (1, 0) if row.other_handle != 0 && row.other_handle == row.handle_id => Event::NumberChanged,
        (1, 0) => Event::ParticipantAdded { who: who() },
        (1, 1) => Event::ParticipantRemoved { who: who() },
        (2, _) => {
            let title = row.group_title.as_deref().filter(|t| !t.is_empty());
            Event::GroupRenamed { title: title.map(|t| Sensitive::new(Arc::from(t))) }
        }
        (3, 0) => Event::ParticipantLeft { who: sender.cloned() },
        (3, 1 | 2) => Event::GroupPhotoChanged,
        // whatever text such a row has is a text that the user saw, and its body
        (item, action) => {
            let ended = extras.is_some_and(|e| e.share_status != 0);
            let code = match (item, action) {
                (3, 4) => "chat_background_set".to_owned(),
                (3, 6) => "chat_background_removed".to_owned(),
                (4, _) => format!("location_sharing_{}", if ended { "ended" } else { "begun" }),
                (5, _) => "audio_kept".to_owned(),
                (6, _) => "shareplay".to_owned(),
                _ => {
                    doubts.push(format!("unknown_type:{item}").into());
                    format!("{item}/{action}")
                }
            };
            Event::Other { code, text: None }
        }
    };
    Some(kind)
}
