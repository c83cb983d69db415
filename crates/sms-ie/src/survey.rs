//! A first pass over an export: the numbers of the owner, and the members of each thread with an MMS in it.
//! The app writes no list of a thread's members, and an MMS to several names them in another order each
//! time; the conversation must be the same for all of them.

use std::collections::HashMap;

use android_sms::json::{Columns, Objects};
use android_sms::{Book, normal};
use serde_json::{Map, Value};

/// Most threads, and most members of one, that are remembered.
const MOST_THREADS: usize = 100_000;
const MOST_MEMBERS: usize = 1000;

/// The addresses of an MMS: sender, recipients.
pub(crate) fn addresses(columns: &mut Columns) -> (Option<Map<String, Value>>, Vec<Value>) {
    let sender = columns.object("__sender_address").or_else(|| columns.object("sender_address"));
    let mut recipients = columns.list("__recipient_addresses");
    recipients.extend(columns.list("recipient_addresses"));
    (sender, recipients)
}

fn address(value: Option<&Value>) -> Option<String> {
    normal(value?.as_str()?)
}

/// Members of threads, in the order in which they were first named.
pub(crate) struct Survey {
    threads: HashMap<i64, Vec<String>>,
}

impl Survey {
    /// Reads through `objects`; what is found of the owner goes into `book`.
    pub(crate) fn make(mut objects: Objects, book: &mut Book) -> std::io::Result<Self> {
        let mut threads: HashMap<i64, Vec<String>> = HashMap::new();
        while let Some(object) = objects.next_object()? {
            let Ok(map) = object.value else { continue };
            let mut columns = Columns::of(map);
            if !columns.has("m_type") {
                continue;
            }
            let (sender, recipients) = addresses(&mut columns);
            let sender = sender.as_ref().and_then(|s| address(s.get("address")));
            let recipients: Vec<String> =
                recipients.iter().filter_map(|r| address(r.get("address"))).collect();
            match columns.number("msg_box") {
                Some(2) => book.note_own(sender.as_deref()),
                // a message to one goes to the owner
                Some(1) if recipients.len() == 1 && sender.as_ref() != recipients.first() => {
                    book.note_own(recipients.first().map(String::as_str));
                }
                _ => {}
            }
            if let Some(thread) = columns.number("thread_id")
                && (threads.len() < MOST_THREADS || threads.contains_key(&thread))
            {
                let members = threads.entry(thread).or_default();
                for one in sender.into_iter().chain(recipients) {
                    if members.len() < MOST_MEMBERS && !members.contains(&one) {
                        members.push(one);
                    }
                }
            }
        }
        for members in threads.values_mut() {
            if members.len() > 1 {
                members.retain(|m| !book.is_own(m));
            }
        }
        Ok(Self { threads })
    }

    /// The others of a thread.
    pub(crate) fn others(&self, thread: Option<i64>) -> &[String] {
        thread.and_then(|t| self.threads.get(&t)).map_or(&[], Vec::as_slice)
    }
}
