//! What is kept of a conversation while its pages are written, and what the start page says of it.

use std::collections::{HashMap, VecDeque};

use crate::exhibit::Exhibit;
use crate::words::{Lang, Word};

/// One conversation, as the start page lists it.
pub(crate) struct ConversationSummary {
    pub(crate) number: usize,
    pub(crate) name: Option<String>,
    pub(crate) service: String,
    pub(crate) is_group: bool,
    pub(crate) participants: Vec<String>,
    pub(crate) messages: u64,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) pages: u32,
    pub(crate) on_page: u32,
    /// Number of the newest message shown.
    pub(crate) shown: u64,
    pub(crate) day: String,
    pub(crate) quotes: HashMap<String, (u64, String)>,
    /// Ids in `quotes`, oldest first.
    pub(crate) quoted: VecDeque<String>,
    /// Names by address, as the messages so far give them.
    pub(crate) names: HashMap<String, String>,
}

/// Messages on one page.
pub(crate) const PER_PAGE: u32 = 1000;
/// Newest messages of a conversation whose beginnings are kept for quoting.
const QUOTABLE: usize = 256;
/// Most names kept for a conversation.
pub(crate) const MOST_NAMES: usize = 1024;
/// Characters of a quote.
const QUOTE: usize = 80;

impl ConversationSummary {
    pub(crate) fn title(&self, lang: Lang) -> String {
        match (&self.name, self.participants.is_empty()) {
            (Some(name), _) => name.clone(),
            (None, false) => self.participants.join(", "),
            (None, true) => lang.say(Word::NoConversation).to_owned(),
        }
    }

    pub(crate) fn page(&self, page: u32) -> String {
        format!("{:05}-{page:04}.html", self.number)
    }

    /// Counts a message that was shown, with its day and date as shown.
    pub(crate) fn note(&mut self, e: &Exhibit, day: String, date: String) {
        self.messages += 1;
        self.on_page += 1;
        self.shown = e.archive.number;
        if self.first.is_empty() {
            self.first.clone_from(&date);
        }
        self.last = date;
        self.day = day;
        if let Some(id) = &e.message.id {
            let quote: String =
                e.message.body.as_ref().map(|b| b.expose().chars().take(QUOTE).collect()).unwrap_or_default();
            if self.quoted.len() >= QUOTABLE
                && let Some(oldest) = self.quoted.pop_front()
            {
                self.quotes.remove(&oldest);
            }
            self.quoted.push_back(id.expose().to_string());
            self.quotes.insert(id.expose().to_string(), (e.archive.number, quote));
        }
    }
}
