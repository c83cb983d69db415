//! The columns of the tables that are read, under every name that a schema era gave them. Columns are
//! probed, never assumed; which era a backup is from does not matter.

use std::borrow::Cow;

use super::statement::Value;

/// Columns of one table by the place they have in this backup.
macro_rules! columns {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $($alias:literal)|+,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub(crate) struct $name { $(pub(crate) $field: Option<usize>,)* }

        impl $name {
            /// Finds the columns.
            pub(crate) fn of(names: &[String]) -> Self {
                Self { $($field: find(names, &[$($alias),+]),)* }
            }

            /// Every name under which a column is read.
            #[allow(dead_code, reason = "asked of the message tables only")]
            pub(crate) const KNOWN: &'static [&'static str] = &[$($($alias),+),*];
        }
    };
}

fn find(names: &[String], aliases: &[&str]) -> Option<usize> {
    aliases.iter().find_map(|alias| names.iter().position(|n| n == alias))
}

columns! {
    /// `sms`, `mms` and, since version 174 of the database, `message`.
    MessageColumns {
        id: "_id",
        thread: "thread_id",
        from: "from_recipient_id" | "recipient_id" | "address",
        to: "to_recipient_id",
        sent: "date_sent" | "date",
        received: "date_received" | "date",
        server: "date_server",
        kind: "type" | "msg_box",
        body: "body",
        subject: "subject",
        expires: "expires_in",
        quote_id: "quote_id",
        quote_body: "quote_body",
        remote_deleted: "remote_deleted",
        deleted_by: "deleted_by",
        view_once: "view_once" | "reveal_duration",
        latest: "latest_revision_id",
        revision: "revision_number",
        ranges: "message_ranges" | "ranges",
        reactions: "reactions",
        previews: "link_previews" | "previews",
        contacts: "shared_contacts",
        extras: "message_extras",
        story: "story_type",
        scheduled: "scheduled_date",
    }
}

/// Columns of the message tables that say nothing the normal form has a place for: state of the app,
/// receipts without a time, keys.
pub(crate) const UNREAD: &[&str] = &[
    "from_device_id",
    "recipient_device_id",
    "address_device_id",
    "read",
    "ct_l",
    "exp",
    "m_type",
    "m_size",
    "st",
    "tr_id",
    "subscription_id",
    "receipt_timestamp",
    "has_delivery_receipt",
    "has_read_receipt",
    "delivery_receipt_count",
    "read_receipt_count",
    "viewed_receipt_count",
    "viewed",
    "mismatched_identities",
    "network_failures",
    "expire_started",
    "notified",
    "quote_author",
    "quote_missing",
    "quote_mentions",
    "quote_type",
    "quote_attachment",
    "unidentified",
    "reactions_unread",
    "reactions_last_seen",
    "mentions_self",
    "notified_timestamp",
    "server_guid",
    "parent_story_id",
    "export_state",
    "exported",
    "original_message_id",
    "expire_timer_version",
    "person",
    "protocol",
    "status",
    "reply_path_present",
    "service_center",
    "part_count",
    "v",
    "ct_cls",
    "resp_txt",
    "d_tm",
    "d_rpt",
    "pri",
    "rr",
    "rpt_a",
    "resp_st",
    "retr_st",
    "retr_txt",
    "retr_txt_cs",
    "read_status",
    "ct_t",
    "sub",
    "sub_cs",
    "seen",
    "m_id",
    "m_cls",
    "text_only",
    "locked",
    "votes_unread",
    "votes_last_seen",
    "pinned_until",
    "pinning_message_id",
    "pinned_at",
    "collapsed_state",
    "collapsed_head_id",
];

columns! {
    /// `recipient`, and `recipient_preferences` before version 25.
    RecipientColumns {
        id: "_id",
        e164: "e164" | "phone",
        aci: "aci" | "uuid",
        pni: "pni",
        username: "username",
        email: "email",
        group: "group_id",
        nickname: "nickname_joined_name",
        system: "system_joined_name" | "system_display_name",
        profile: "profile_joined_name",
        given: "profile_given_name" | "signal_profile_name",
        family: "profile_family_name",
        timer: "message_expiration_time",
        address: "recipient_ids",
    }
}

columns! {
    /// `thread`.
    ThreadColumns { id: "_id", recipient: "recipient_id" | "thread_recipient_id" | "recipient_ids", }
}

columns! {
    /// `groups`.
    GroupColumns { group: "group_id", recipient: "recipient_id", title: "title", members: "members", state: "decrypted_group", }
}

columns! {
    /// `group_membership`.
    MemberColumns { group: "group_id", recipient: "recipient_id", }
}

columns! {
    /// `part` and, since version 215, `attachment`.
    AttachmentColumns {
        id: "_id",
        message: "message_id" | "mid",
        mime: "content_type" | "ct",
        size: "data_size",
        name: "file_name",
        quote: "quote",
        caption: "caption",
        sticker: "sticker_id",
        emoji: "sticker_emoji",
        order: "display_order",
        hash: "data_hash_end" | "data_hash",
    }
}

columns! {
    /// `reaction`.
    ReactionColumns {
        message: "message_id",
        is_mms: "is_mms",
        author: "author_id",
        emoji: "emoji",
        sent: "date_sent",
    }
}

columns! {
    /// `mention`.
    MentionColumns { message: "message_id", recipient: "recipient_id", start: "range_start", length: "range_length", }
}

columns! {
    /// `poll`.
    PollColumns { id: "_id", message: "message_id", question: "question", }
}

columns! {
    /// `poll_option`.
    OptionColumns { id: "_id", poll: "poll_id", text: "option_text", }
}

columns! {
    /// `poll_vote`.
    VoteColumns { poll: "poll_id", option: "poll_option_id", voter: "voter_id", state: "vote_state", }
}

/// The parameters of one row.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'v, 'a>(pub(crate) &'v [Value<'a>]);

impl<'a> Cells<'_, 'a> {
    /// The value of a column.
    pub(crate) fn value(self, column: Option<usize>) -> Value<'a> {
        column.and_then(|c| self.0.get(c)).copied().unwrap_or(Value::Null)
    }

    /// How many bytes of text the row has.
    pub(crate) fn text_len(self) -> usize {
        let lengths = self.0.iter().map(|v| if let Value::Text(t) = v { t.len() } else { 0 });
        lengths.sum()
    }

    /// The value as a number; old eras keep numbers as text.
    pub(crate) fn int(self, column: Option<usize>) -> Option<i64> {
        match self.value(column) {
            Value::Int(n) => Some(n),
            Value::Text(t) => std::str::from_utf8(t).ok()?.trim().parse().ok(),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "`as` saturates, which is what a bad number deserves"
            )]
            Value::Real(r) => Some(r as i64),
            Value::Null | Value::Blob(_) => None,
        }
    }

    /// Whether the value is a number and not 0.
    pub(crate) fn flag(self, column: Option<usize>) -> bool {
        self.int(column).unwrap_or(0) != 0
    }

    /// The value as text, `None` when empty.
    pub(crate) fn text(self, column: Option<usize>) -> Option<Cow<'a, str>> {
        match self.value(column) {
            Value::Text(b"") | Value::Null | Value::Blob(_) => None,
            Value::Text(t) => Some(String::from_utf8_lossy(t)),
            Value::Int(n) => Some(Cow::Owned(n.to_string())),
            Value::Real(r) => Some(Cow::Owned(r.to_string())),
        }
    }

    /// The value as bytes, `None` when empty.
    pub(crate) fn bytes(self, column: Option<usize>) -> Option<&'a [u8]> {
        match self.value(column) {
            Value::Text(b) | Value::Blob(b) if !b.is_empty() => Some(b),
            _ => None,
        }
    }
}
