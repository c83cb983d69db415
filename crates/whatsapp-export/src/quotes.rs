//! Heads that are none: lines of another chat, or of a list, that somebody wrote inside a message and that
//! have the same form as the heads of this chat. They are told by time and sender. A quoted line is older
//! than the message it stands in, and its sender is often nobody of this chat; a list of appointments runs
//! ahead of the next message. What is doubtful stays a head.

use std::collections::HashSet;

use crate::head::Wall;

/// Whom a line is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// A sender, by a hash of the name.
    Sender(u64),
    /// WhatsApp, in words that are known.
    Notice,
    /// No sender, and words that are not known.
    Unknown,
}

const MINUTES: Wall = 120;
const HOUR: Wall = 3600;
const DAY: Wall = 86_400;
const MONTH: Wall = 30 * DAY;

/// Longest run of lines that is taken for a quotation.
const MOST_IN_RUN: usize = 2000;
/// Most lines that wait for the end of the file to be decided, over all runs.
const MOST_WAITING: usize = 1 << 20;
/// Most senders that are remembered; beyond, everybody counts as known.
const MOST_SENDERS: usize = 1 << 21;

#[derive(Clone, Copy)]
struct Line {
    number: u64,
    wall: Wall,
    who: Who,
}

/// Lines that go back behind the message before them.
struct Run {
    /// Times of the last two messages before the run, the younger first.
    last: Wall,
    before: Wall,
    /// Whether the file ends with it.
    at_end: bool,
    lines: Vec<Line>,
}

/// Watches the order of time.
#[derive(Default)]
pub(crate) struct Quotes {
    last: Option<Wall>,
    before: Option<Wall>,
    known: HashSet<u64>,
    run: Vec<Line>,
    runs: Vec<Run>,
    waiting: usize,
    /// Lines ahead of their time by senders not seen before.
    ahead: Vec<Line>,
    quoted: Vec<u64>,
    /// How often time went back for good.
    pub(crate) resets: u64,
}

impl Quotes {
    /// Notes a head.
    pub(crate) fn note(&mut self, number: u64, wall: Wall, who: Who) {
        let line = Line { number, wall, who };
        let Some(last) = self.last else {
            if who != Who::Notice {
                self.accept(line);
            }
            return;
        };
        let back = match who {
            Who::Unknown => HOUR,
            _ => MINUTES,
        };
        let strange = !self.is_known(who);
        let goes_on = !self.run.is_empty() && (wall < last || (wall == last && strange));
        if wall < last - back || goes_on {
            if who == Who::Notice && self.run.is_empty() {
                return;
            }
            self.run.push(line);
            if self.run.len() > MOST_IN_RUN {
                // no message is that long: time itself went back
                self.resets += 1;
                for line in std::mem::take(&mut self.run) {
                    self.accept(line);
                }
            }
            return;
        }
        self.close_run(false);
        if who == Who::Notice {
            return;
        }
        let far = if who == Who::Unknown { HOUR } else { DAY };
        if strange && wall > last + far && self.ahead.len() < 256 {
            self.ahead.push(line);
            return;
        }
        self.settle_ahead(wall);
        self.accept(line);
    }

    fn is_known(&self, who: Who) -> bool {
        match who {
            Who::Sender(hash) => self.known.contains(&hash) || self.known.len() >= MOST_SENDERS,
            Who::Notice => true,
            Who::Unknown => false,
        }
    }

    fn accept(&mut self, line: Line) {
        if let Who::Sender(hash) = line.who {
            if self.known.len() < MOST_SENDERS {
                self.known.insert(hash);
            }
            self.before = self.last;
            self.last = Some(line.wall);
        }
    }

    /// A message at `wall` came: lines ahead of it by too much are no heads.
    fn settle_ahead(&mut self, wall: Wall) {
        if self.ahead.is_empty() {
            return;
        }
        for line in std::mem::take(&mut self.ahead) {
            let far = if line.who == Who::Unknown { HOUR } else { DAY };
            if line.wall > wall + far {
                self.quoted.push(line.number);
            } else {
                self.accept(line);
            }
        }
    }

    fn close_run(&mut self, at_end: bool) {
        let (Some(last), false) = (self.last, self.run.is_empty()) else { return };
        let lines = std::mem::take(&mut self.run);
        if self.waiting + lines.len() > MOST_WAITING {
            return;
        }
        self.waiting += lines.len();
        self.runs.push(Run { last, before: self.before.unwrap_or(last), at_end, lines });
    }

    /// Line numbers of the heads that are none, ascending.
    pub(crate) fn finish(mut self) -> (Vec<u64>, u64) {
        self.close_run(true);
        for line in std::mem::take(&mut self.ahead) {
            self.accept(line);
        }
        for run in std::mem::take(&mut self.runs) {
            let quoted = run.lines.iter().any(|line| match line.who {
                Who::Unknown => true,
                Who::Sender(_) if !self.is_known(line.who) => true,
                // everybody is of this chat: only an old passage of it
                Who::Sender(_) => !run.at_end && line.wall < run.last.min(run.before) - MONTH,
                Who::Notice => false,
            });
            if quoted {
                self.quoted.extend(run.lines.iter().map(|l| l.number));
            }
        }
        self.quoted.sort_unstable();
        (self.quoted, self.resets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines as `minute of time, sender`; `?` is unknown words, `!` a notice. Expected: numbers quoted.
    #[track_caller]
    fn check(lines: &[(Wall, char)], expected: &[u64]) {
        let mut quotes = Quotes::default();
        for (i, (minute, who)) in (1..).zip(lines) {
            let who = match who {
                '?' => Who::Unknown,
                '!' => Who::Notice,
                c => Who::Sender(u64::from(*c)),
            };
            quotes.note(i, 1_600_000_000 + minute * 60, who);
        }
        assert_eq!(quotes.finish().0, expected);
    }

    const D: Wall = 24 * 60;

    #[test]
    fn in_order_nothing_is_quoted() {
        check(&[(0, 'a'), (1, 'b'), (1, 'c'), (9 * D, 'd'), (9 * D, 'a')], &[]);
        check(&[(0, 'a'), (9 * D, 'b'), (90 * D, 'c'), (900 * D, 'd')], &[]);
    }

    #[test]
    fn the_notice_in_front_may_be_younger() {
        check(&[(5 * D, '!'), (0, 'a'), (1, 'b')], &[]);
        check(&[(5 * D, '?'), (0, 'a'), (1, 'b')], &[]);
    }

    #[test]
    fn a_late_message_is_a_message() {
        check(&[(0, 'a'), (60, 'b'), (70, 'a'), (30, 'b'), (71, 'a')], &[]);
        check(&[(0, 'a'), (1, 'b'), (5 * D, 'a'), (3 * D, 'b'), (5 * D + 1, 'b')], &[]);
        // somebody new, a minute late
        check(&[(0, 'a'), (60, 'b'), (59, 'c'), (61, 'a')], &[]);
    }

    #[test]
    fn another_chat_inside_a_message() {
        check(&[(0, 'a'), (300, 'b'), (100, 'x'), (101, 'y'), (102, 'x'), (300, 'a')], &[3, 4, 5]);
        // the owner takes part in both chats
        check(&[(0, 'a'), (300, 'b'), (100, 'a'), (101, 'y'), (102, 'a'), (301, 'a')], &[3, 4, 5]);
        check(&[(0, 'a'), (300, 'b'), (100, 'x'), (101, 'y')], &[3, 4]);
    }

    #[test]
    fn an_old_passage_of_this_chat() {
        check(
            &[(0, 'a'), (1, 'b'), (90 * D, 'a'), (90 * D, 'b'), (0, 'a'), (1, 'b'), (90 * D + 5, 'a')],
            &[5, 6],
        );
    }

    #[test]
    fn appointments_inside_a_message() {
        check(&[(0, 'a'), (9 * D, '?'), (10 * D, 'x'), (5, 'b'), (6, 'a')], &[2, 3]);
    }

    #[test]
    fn time_that_went_back_for_good() {
        let mut lines = vec![(0, 'a'), (1, 'b'), (900 * D, 'a')];
        lines.extend((2..500).map(|i| (i, if i % 2 == 0 { 'a' } else { 'b' })));
        check(&lines, &[]);
    }
}
