//! The tables beside the messages of `msgstore.db`. Their key is the row number of the message, in both
//! generations.

use evidence::{Database, column};
use model::{Finding, SourceError};

use crate::side::{Pairs, Side};

macro_rules! sides {
    ($($field:ident $table:literal by $key:literal [$($column:literal),* $(,)?];)*) => {
        /// All of them.
        pub(crate) struct Sides<'d> {
            $(pub(crate) $field: Side<'d>,)*
            pub(crate) participants: Pairs,
            pub(crate) receipts: Receipts,
        }

        impl<'d> Sides<'d> {
            /// Reads whose rows are whose.
            pub(crate) fn open(
                database: &'d Database,
                findings: &mut Vec<Finding>,
            ) -> Result<Self, SourceError> {
                Ok(Self {
                    $($field: Side::open(database, $table, $key, &[$($column),*], findings)?,)*
                    participants: Pairs::read(
                        database,
                        "message_system_chat_participant",
                        "message_row_id",
                        "user_jid_row_id",
                    )?,
                    receipts: Receipts::read(database)?,
                })
            }
        }
    };
}

sides! {
    media "message_media" by "message_row_id"
        ["file_path", "file_size", "file_length", "mime_type", "media_name", "file_hash", "media_caption"];
    quoted "message_quoted" by "message_row_id" ["key_id"];
    old_quoted "messages_quotes" by "_id" ["key_id"];
    edit "message_edit_info" by "message_row_id" ["edited_timestamp", "sender_timestamp"];
    revoked "message_revoked" by "message_row_id" ["admin_jid_row_id"];
    ephemeral "message_ephemeral" by "message_row_id" ["duration"];
    system "message_system" by "message_row_id" ["action_type"];
    timer "message_ephemeral_setting" by "message_row_id" ["setting_duration"];
    group "message_system_group" by "message_row_id" ["is_me_joined"];
    location "message_location" by "message_row_id"
        ["latitude", "longitude", "place_name", "place_address", "url"];
    vcard "message_vcard" by "message_row_id" ["vcard"];
    old_vcard "messages_vcards" by "message_row_id" ["vcard"];
    poll "message_poll_option" by "message_row_id" ["option_name", "vote_total"];
    view_once "message_view_once_media" by "message_row_id" ["state"];
    missed "missed_call_logs" by "message_row_id" ["video_call"];
    future "message_future" by "message_row_id" ["data"];
    add_on "message_add_on" by "parent_message_row_id"
        ["from_me", "sender_jid_row_id", "timestamp", "message_add_on_type", "chat_row_id", "key_id"];
    vote "message_add_on_poll_vote" by "message_add_on_row_id" ["sender_timestamp"];
    chosen "message_add_on_poll_vote_selected_option" by "message_add_on_row_id" ["message_poll_option_id"];
    reaction "message_add_on_reaction" by "message_add_on_row_id" ["reaction", "sender_timestamp"];
}

/// When an outgoing message was delivered and read: of several recipients, the first.
#[derive(Default)]
pub(crate) struct Receipts {
    /// Message, delivered, read, recipients; ascending.
    rows: Vec<(i64, i64, i64, u32)>,
}

impl Receipts {
    fn read(database: &Database) -> Result<Self, SourceError> {
        let mut this = Self::default();
        let columns = database.columns("receipt_user")?;
        if !["message_row_id", "receipt_timestamp", "read_timestamp"].iter().all(|c| columns.contains(*c)) {
            return Ok(this);
        }
        let sql = "SELECT message_row_id, receipt_timestamp, read_timestamp FROM receipt_user NOT INDEXED";
        let of = |e| database.failed("receipt_user", &e);
        let mut statement = database.connection().prepare(sql).map_err(of)?;
        let mut rows = statement.query([]).map_err(of)?;
        // what lies behind damage is lost; receipts are no messages
        while let Ok(Some(row)) = rows.next() {
            let number = |i| column::<Option<i64>>(row, i).ok().flatten().filter(|n| *n > 0);
            let Some(message) = number(0) else { continue };
            let entry = (message, number(1).unwrap_or(i64::MAX), number(2).unwrap_or(i64::MAX), 1);
            // recipients of one message mostly come one after another
            match this.rows.last_mut() {
                Some(last) if last.0 == message => merge(last, entry),
                _ => this.rows.push(entry),
            }
        }
        this.rows.sort_unstable_by_key(|r| r.0);
        this.rows.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                merge(kept, *next);
            }
            same
        });
        this.rows.shrink_to_fit();
        Ok(this)
    }

    /// Delivered, read and the number of recipients.
    pub(crate) fn of(&self, message: i64) -> Option<(Option<i64>, Option<i64>, u32)> {
        let at = self.rows.binary_search_by_key(&message, |r| r.0).ok()?;
        let (_, delivered, read, recipients) = self.rows[at];
        let set = |t: i64| (t != i64::MAX).then_some(t);
        Some((set(delivered), set(read), recipients))
    }
}

fn merge(into: &mut (i64, i64, i64, u32), other: (i64, i64, i64, u32)) {
    *into = (into.0, into.1.min(other.1), into.2.min(other.2), into.3.saturating_add(other.3));
}
