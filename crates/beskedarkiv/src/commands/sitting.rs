//! A sitting at the terminal: what waits is shown conversation by conversation, keys are read, decisions
//! recorded. What is shown goes to the terminal of who asked and nowhere else.

use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pipeline::review::desk::{Ask, Conversation, Deciding, Desk, Line};
use pipeline::review::{Choice, State};

use super::Context;
use super::jobs::now;
use crate::failure::{Failure, LOOK};
use crate::keys::{Key, keys};

/// Shows what waits and takes decisions on it.
pub(super) fn sitting(
    at: &Context<'_>,
    mut desk: Desk<'_>,
    ask: &Ask,
    limit: Option<usize>,
) -> Result<u8, Failure> {
    let mut waiting = desk.conversations(ask).map_err(Failure::of_job)?;
    let left = waiting.len();
    waiting.truncate(limit.unwrap_or(usize::MAX));
    if desk.sealed_to_others > 0 {
        at.out.note("review-sealed-to-others", &[("n", desk.sealed_to_others.into())]);
    }
    if at.out.json() {
        at.out.object(&waiting)?;
        return Ok(if left > 0 { LOOK } else { 0 });
    }
    if waiting.is_empty() {
        at.out.line("review-nothing", &[])?;
        return Ok(0);
    }
    let stdin = std::io::stdin();
    let asked = stdin.is_terminal();
    let blind = ask.blind.is_some();
    let mut session =
        Session { at, desk, blind, last: Vec::new(), done: BTreeSet::new(), decided: 0, note: None };
    let mut lines = stdin.lock().lines();
    let total = waiting.len();
    let mut number = 0;
    while let Some(conversation) = waiting.get(number) {
        session.show(conversation, number + 1, total)?;
        let then = loop {
            if asked {
                write!(std::io::stdout(), "> ").map_err(|e| Failure::output(&e))?;
                std::io::stdout().flush().map_err(|e| Failure::output(&e))?;
            }
            let Some(line) = lines.next() else { break Then::End };
            let line = line.map_err(|e| Failure::output(&e))?;
            match session.answer(&line, conversation)? {
                Then::Again => {}
                then => break then,
            }
        };
        match then {
            Then::Back => number = number.saturating_sub(1),
            Then::Next | Then::Again => number += 1,
            Then::End => break,
        }
    }
    session.end(&waiting)
}

enum Then {
    Again,
    Next,
    Back,
    End,
}

/// One sitting.
struct Session<'a, 'b> {
    at: &'a Context<'b>,
    desk: Desk<'a>,
    /// A sample is judged, without the sorting's verdict in sight.
    blind: bool,
    /// What was decided last, for undoing.
    last: Vec<String>,
    decided: u64,
    /// What is decided by now.
    done: BTreeSet<String>,
    /// For the next decision.
    note: Option<String>,
}

impl Session<'_, '_> {
    fn show(&self, c: &Conversation, number: usize, total: usize) -> Result<(), Failure> {
        let out = &self.at.out;
        out.plain("")?;
        let others = c.participants.join(", ");
        let name = c.conversation_name.clone().unwrap_or(others);
        let waiting = c.lines.iter().filter(|l| l.item.is_some()).count();
        out.line(
            "review-conversation",
            &[
                ("number", number.into()),
                ("total", total.into()),
                ("name", name.into()),
                ("custodian", c.custodian.clone().into()),
                ("waiting", waiting.into()),
                ("deadline", c.deadline.clone().into()),
            ],
        )?;
        let mut n = 0;
        let mut day = String::new();
        for line in &c.lines {
            let (date, time) = local(line.at);
            if date != day {
                out.plain(&format!("  {date}"))?;
                day = date;
            }
            let mark = if line.item.is_some() {
                n += 1;
                n.to_string()
            } else {
                String::from("·")
            };
            out.plain(&format!("{mark:>4}  {time}  {}", self.text(line)))?;
            if line.item.is_some() && !self.blind {
                out.plain(&format!("            {}", self.said(line)))?;
            }
        }
        out.line("review-keys", &[])
    }

    fn text(&self, line: &Line) -> String {
        let who = if line.outgoing { self.at.out.texts().say("review-me", &[]) } else { shown(&line.sender) };
        let files = match line.attachments {
            0 => String::new(),
            n => format!(" [{}]", self.at.out.texts().say("review-files", &[("n", n.into())])),
        };
        let said = shown(&line.text);
        let said = if std::io::stdout().is_terminal() { marked(&said, &line.reasons) } else { said };
        format!("{who}: {said}{files}")
    }

    /// What the sorting said.
    fn said(&self, line: &Line) -> String {
        let texts = self.at.out.texts();
        let word = |prefix: &str, word: &str| texts.say(&format!("{prefix}-{word}"), &[]);
        let mut parts = Vec::new();
        parts.extend(line.verdict.as_deref().map(|v| word("route", v)));
        parts.extend(line.ground.as_deref().map(|g| word("ground", g)));
        parts
            .extend(line.p_work.map(|p| texts.say("review-p", &[("p", format!("{:.0}", p * 100.0).into())])));
        if let Some(state @ (State::Proposed | State::Keep | State::Exclude)) = line.state {
            parts.push(word("state", state_word(state)));
        }
        let reasons = line.reasons.iter().take(4).map(|r| shown(r)).collect::<Vec<_>>().join(" ");
        format!("{}  {reasons}", parts.join(" · "))
    }

    fn answer(&mut self, line: &str, c: &Conversation) -> Result<Then, Failure> {
        let items: Vec<&Line> = c.lines.iter().filter(|l| l.item.is_some()).collect();
        let out = &self.at.out;
        let parsed = match keys(line, items.len()) {
            Ok(parsed) => parsed,
            Err(what) => {
                out.line("review-what", &[("what", what.into())])?;
                return Ok(Then::Again);
            }
        };
        let mut then = Then::Again;
        for key in parsed {
            match key {
                Key::Decide { which, choice, ground } => {
                    let names = which.iter().filter_map(|i| items.get(*i)?.item.clone()).collect();
                    self.decide(names, choice, ground)?;
                    if choice != Choice::Undo && self.is_done(c) {
                        then = Then::Next;
                    }
                }
                Key::Undo => {
                    let names = std::mem::take(&mut self.last);
                    if names.is_empty() {
                        out.line("review-nothing-to-undo", &[])?;
                    } else {
                        let here = items.iter().any(|l| l.item.as_ref().is_some_and(|i| names.contains(i)));
                        self.decide(names, Choice::Undo, None)?;
                        self.last = Vec::new();
                        // what is taken back lies before this conversation
                        if !here {
                            return Ok(Then::Back);
                        }
                    }
                }
                Key::Note(text) => self.note = Some(text),
                Key::Show => self.show(c, 1, 1)?,
                Key::Next => then = Then::Next,
                Key::Quit => return Ok(Then::End),
                Key::Help => out.line("review-help", &[])?,
            }
        }
        Ok(then)
    }

    fn decide(
        &mut self,
        items: Vec<String>,
        choice: Choice,
        ground: Option<&'static str>,
    ) -> Result<(), Failure> {
        let deciding = Deciding {
            bulk: items.len() > 1,
            items: items.clone(),
            choice,
            ground: ground.map(str::to_owned),
            blind: self.blind,
            note: self.note.take(),
        };
        let n = self.desk.decide(&deciding, now()).map_err(Failure::of_job)?;
        self.decided += n;
        match choice {
            Choice::Undo => self.done.retain(|done| !items.contains(done)),
            Choice::Keep | Choice::Exclude => self.done.extend(items.iter().cloned()),
        }
        self.last = items;
        let key = match choice {
            Choice::Keep => "review-did-keep",
            Choice::Exclude => "review-did-exclude",
            Choice::Undo => "review-did-undo",
        };
        self.at.out.line(key, &[("n", n.into())])
    }

    /// Whether everything that waits in a conversation is decided.
    fn is_done(&self, c: &Conversation) -> bool {
        c.lines.iter().filter_map(|l| l.item.as_ref()).all(|item| self.done.contains(item))
    }

    fn end(self, waiting: &[Conversation]) -> Result<u8, Failure> {
        let left = waiting.iter().filter(|c| !self.is_done(c)).count();
        self.at.out.line("review-ended", &[("n", self.decided.into()), ("left", left.into())])?;
        Ok(if left > 0 { LOOK } else { 0 })
    }
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Proposed => "proposed",
        State::Keep => "keep",
        State::Exclude => "exclude",
        State::Kept => "kept",
        State::Shredded => "shredded",
    }
}

/// The words that weighed most, for the eye: bold for work, underlined against it.
fn marked(text: &str, reasons: &[String]) -> String {
    let weight = |word: &str| {
        let folded = word.to_lowercase().replace('æ', "ae").replace('ø', "oe").replace('å', "aa");
        let is = |sign: char| {
            let words = reasons.iter().filter_map(|r| r.strip_prefix("text:")?.strip_prefix(sign));
            words.into_iter().any(|token| token == folded)
        };
        if is('+') { Some("\u{1b}[1m") } else { is('-').then_some("\u{1b}[4m") }
    };
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    // a blank at the end puts the last word out
    for c in text.chars().chain([' ']) {
        if c.is_alphanumeric() {
            word.push(c);
            continue;
        }
        match weight(&word) {
            Some(mark) if !word.is_empty() => out.extend([mark, word.as_str(), "\u{1b}[0m"]),
            _ => out.push_str(&word),
        }
        word.clear();
        out.push(c);
    }
    out.pop();
    out
}

/// Civil date and time in Copenhagen.
fn local(at: Option<i64>) -> (String, String) {
    let stamp = at.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let zone = TimeZone::get("Europe/Copenhagen").unwrap_or(TimeZone::UTC);
    match stamp {
        Some(stamp) => {
            let local = zone.to_datetime(stamp);
            (local.date().to_string(), local.strftime("%H:%M").to_string())
        }
        None => ("????-??-??".to_owned(), "??:??".to_owned()),
    }
}

/// Text from a source on a terminal: no control character, no reordering of what stands around it.
fn shown(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' => "\n                   ".to_owned(),
        '\t' => " ".to_owned(),
        c if c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
        {
            format!("\\u{{{:x}}}", u32::from(c))
        }
        c => c.to_string(),
    };
    let mut out: String = text.chars().take(2000).map(harmless).collect();
    if text.chars().count() > 2000 {
        out.push_str(" […]");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{marked, shown};

    #[test]
    fn what_weighed_is_marked_and_nothing_is_lost() {
        let reasons = ["text:+aktindsigt", "text:-maelk", "words:office"].map(str::to_owned);
        let said = marked("Køb mælk, og aktindsigt!", &reasons);
        assert_eq!(said, "Køb \u{1b}[4mmælk\u{1b}[0m, og \u{1b}[1maktindsigt\u{1b}[0m!");
        for text in ["", "a", " a ", "😅", "mælk"] {
            let plain = marked(text, &reasons).replace("\u{1b}[4m", "").replace("\u{1b}[0m", "");
            assert_eq!(plain, text);
        }
    }

    #[test]
    fn text_does_not_steer_the_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\u{202e}c\td"), "a\\u{1b}[2Jb\\u{202e}c d");
    }
}
