//! Labelled conversations, in the notation of `fixtures/classify`: one line a message, easy to write
//! and to read.
//!
//! ```text
//! # a remark
//! == family kontorchef            relation, owner's post; `group:Title` for a group
//! v> Køber du mælk?               label, direction (> from the owner, < to the owner), text
//! wx< Ja. Og sæt budgetmødet til 9
//! wc> ok
//! --                              a day later
//! ```
//!
//! Labels: `w` work, `p` personnel, `v` private, `m` misdirected. Marks after it: `x` mixed, `c` needs
//! its context, `@` carries a file, `*` from a machine.

use crate::context::Frame;
use crate::message::{Item, Label, Relation, Role, Sender};

/// One labelled message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// What it is.
    pub label: Label,
    /// Work and something else.
    pub mixed: bool,
    /// Cannot be told without its neighbours.
    pub context: bool,
    /// From the owner.
    pub outgoing: bool,
    /// From a machine.
    pub machine: bool,
    /// Carries a file.
    pub attachment: bool,
    /// Milliseconds since 1970.
    pub sent_at: Option<i64>,
    /// The text.
    pub text: String,
}

/// One labelled conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// The counterpart's relation.
    pub relation: Relation,
    /// The owner's post.
    pub role: Role,
    /// More than two persons.
    pub group: bool,
    /// Its name.
    pub title: String,
    /// The messages, in order.
    pub messages: Vec<Labelled>,
}

/// A line that is not in the notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct CorpusFault {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Labelled {
    /// As the classifier sees it.
    pub fn item(&self, relation: Relation) -> Item<'_> {
        Item {
            body: &self.text,
            outgoing: self.outgoing,
            sender: if self.machine { Sender::Machine } else { Sender::Person },
            relation,
            attachment: self.attachment,
            sent_at: self.sent_at,
            ..Item::default()
        }
    }
}

impl Conversation {
    /// Its frame; the title is looked at by the caller.
    pub fn frame(&self) -> Frame {
        Frame { group: self.group, role: self.role, title: None }
    }
}

/// Reads a file in the notation. The times are made up: minutes between messages, a day at `--`.
///
/// # Errors
/// [`CorpusFault`] for the first line that is not in the notation.
pub fn read(text: &str) -> Result<Vec<Conversation>, CorpusFault> {
    let mut out: Vec<Conversation> = Vec::new();
    let mut now = 1_736_150_400_000_i64;
    for (line, number) in text.lines().zip(1..) {
        let fault = |why| CorpusFault { line: number, why };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(head) = line.strip_prefix("==") {
            out.push(header(head));
            now += 86_400_000;
            continue;
        }
        if line == "--" {
            now += 86_400_000;
            continue;
        }
        let conversation = out.last_mut().ok_or(fault("a message before the first =="))?;
        now += 60_000 * i64::from(u8::try_from(line.len() % 9).unwrap_or(0) + 1);
        conversation.messages.push(message(line, now).map_err(fault)?);
    }
    Ok(out)
}

fn header(head: &str) -> Conversation {
    let (words, title) = head.split_once("group:").map_or((head, None), |(w, t)| (w, Some(t.trim())));
    let mut words = words.split_whitespace();
    Conversation {
        relation: Relation::of(words.next().unwrap_or_default()),
        role: Role::of(words.next().unwrap_or_default()),
        group: title.is_some(),
        title: title.unwrap_or_default().to_owned(),
        messages: Vec::new(),
    }
}

fn message(line: &str, now: i64) -> Result<Labelled, &'static str> {
    let at = line.find(['<', '>']).filter(|at| *at <= 5).ok_or("no label and direction")?;
    let (marks, rest) = line.split_at(at);
    let mut marks = marks.chars();
    let label = match marks.next() {
        Some('w') => Label::Work,
        Some('p') => Label::Personnel,
        Some('v') => Label::Private,
        Some('m') => Label::Misdirected,
        _ => return Err("a label is w, p, v or m"),
    };
    let mut out = Labelled {
        label,
        mixed: false,
        context: false,
        outgoing: rest.starts_with('>'),
        machine: false,
        attachment: false,
        sent_at: Some(now),
        text: rest.get(1..).unwrap_or_default().strip_prefix(' ').unwrap_or(&rest[1..]).replace("\\n", "\n"),
    };
    for mark in marks {
        match mark {
            'x' => out.mixed = true,
            'c' => out.context = true,
            '@' => out.attachment = true,
            '*' => out.machine = true,
            _ => return Err("a mark is x, c, @ or *"),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notation() {
        let text = "# r\n== family kontorchef\nv> Mælk?\nwx< Ja. Budget kl 9\n--\nwc@> ok\n== - minister group:Kontoret\np*< <3\n";
        let read = read(text).unwrap();
        assert_eq!(read.len(), 2);
        let [a, b, c] = read[0].messages.as_slice() else { panic!() };
        assert_eq!((a.label, a.outgoing, a.text.as_str()), (Label::Private, true, "Mælk?"));
        assert_eq!((b.label, b.mixed, b.outgoing), (Label::Work, true, false));
        assert!(c.context && c.attachment && c.sent_at > b.sent_at.map(|t| t + 80_000_000));
        assert_eq!((read[1].role, read[1].group, read[1].title.as_str()), (Role::Top, true, "Kontoret"));
        assert_eq!(read[1].messages[0].text, "<3");
    }

    #[test]
    fn faults() {
        assert_eq!(read("w> x"), Err(CorpusFault { line: 1, why: "a message before the first ==" }));
        assert_eq!(read("== a\nq> x").map_err(|e| e.line), Err(2));
        assert_eq!(read("== a\nhello").map_err(|e| e.line), Err(2));
        assert_eq!(read("== a\nwz> x").map_err(|e| e.line), Err(2));
    }
}
