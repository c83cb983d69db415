//! One message told by several kinds of source: what marks a message for all of them leads, as a keyed hash,
//! to the message told first, with a note of who told it. Knows no format: what marks a message, and how
//! strictly it has to agree, the caller says.

use crate::dedup::{Seen, Slot};
use crate::error::{ArchiveError, sealed};
use crate::sighting::{Id, Sighting, State, flag};

/// Number of a message: the first bytes of the keyed hash of the identity that was told first.
pub type MessageNo = [u8; 8];

/// What marks a message, whoever tells it.
#[derive(Clone, Copy, Debug)]
pub struct Likeness<'a> {
    /// What agrees exactly.
    pub key: &'a [u8],
    /// What else has to agree.
    pub rule: Rule,
    /// By [`Rule::Precise`]: thousandths of the second, 0 where the source may not know them. By
    /// [`Rule::Loose`]: hash of who it is between, the first bit for the kind of name, 0 for unknown.
    pub fine: u16,
    /// By [`Rule::Precise`]: the files, empty where the source may not have all of them. Else the text.
    pub said: &'a [u8],
}

/// How strictly two tellings are held against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The key says what and to whom; time and files agree as far as both sources have them.
    Precise,
    /// The key is the message's own name: a later text may be another.
    Named,
    /// The key leaves open between whom: only one message may fit.
    Loose,
}

/// A message that a source tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its number.
    pub message: MessageNo,
    /// Who told it before.
    pub before: Before,
}

/// Who told a message before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nobody, as far as can be told.
    Nobody {
        /// But another source has one that may be it.
        alike: bool,
        /// And that one is withheld or erased.
        withheld: bool,
    },
    /// A source of this kind.
    Self_,
    /// A source of another kind.
    Other {
        /// Whether what it says is the same.
        same_text: bool,
    },
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// Not noted, or not yet in this run.
    Nowhere,
    /// In this bucket.
    Kept(u32),
    /// In the holding area, or left out and shredded.
    Withheld,
    /// Erased.
    Suppressed,
}

/// Messages with the same key that are told apart; further ones are not compared.
const MOST_ALIKE: u16 = 64;

/// The first bit of `fine` by [`Rule::Loose`].
const KIND_OF_NAME: u16 = 0x8000;

fn number(id: &Id) -> MessageNo {
    std::array::from_fn(|i| id[i])
}

impl Sighting {
    /// Number of the message where this is its first telling.
    pub fn number(&self) -> MessageNo {
        number(&self.id)
    }
}

/// What a slot holds of a likeness; the layout stands in FORMAT.md, "Lists of known messages".
impl Slot {
    fn message(&self) -> MessageNo {
        self.state
    }

    fn said(&self) -> [u8; 4] {
        std::array::from_fn(|i| self.mark[i])
    }

    fn fine(&self) -> u16 {
        u16::from_be_bytes([self.mark[4], self.mark[5]])
    }

    /// Told by a source of this kind, in this run or before.
    fn told_by(&self, bit: u8) -> bool {
        (self.mark[6] | self.claimed()) & bit != 0
    }

    /// Kinds that told it in this run; kept when the message is.
    fn claimed(&self) -> u8 {
        self.bucket.to_be_bytes()[3]
    }
}

/// How two tellings agree.
#[derive(PartialEq, Eq)]
enum Fit {
    Exact,
    Maybe,
    No,
}

fn fit(rule: Rule, slot: &Slot, fine: u16, said: [u8; 4]) -> Fit {
    let known = |a: u16, b: u16| a != 0 && b != 0;
    match rule {
        Rule::Named => Fit::Exact,
        Rule::Precise if slot.said() != said && slot.said() != [0; 4] && said != [0; 4] => Fit::No,
        Rule::Precise if slot.fine() == fine => Fit::Exact,
        Rule::Precise if known(slot.fine(), fine) => Fit::No,
        Rule::Precise => Fit::Maybe,
        Rule::Loose if !known(slot.fine(), fine) => Fit::Maybe,
        Rule::Loose if slot.fine() == fine => Fit::Exact,
        Rule::Loose if (slot.fine() ^ fine) & KIND_OF_NAME == 0 => Fit::No,
        Rule::Loose => Fit::Maybe,
    }
}

/// A likeness with what the table has of it.
struct Asked<'a> {
    likeness: Likeness<'a>,
    said: [u8; 4],
    /// Slots of those with the same key.
    slots: Vec<usize>,
}

impl Asked<'_> {
    fn fit(&self, slot: &Slot) -> Fit {
        fit(self.likeness.rule, slot, self.likeness.fine, self.said)
    }

    fn same_text(&self, slot: &Slot) -> bool {
        self.likeness.rule != Rule::Named || slot.said() == self.said
    }
}

impl Seen {
    /// Who told this message before, and that `teller`, one of eight kinds of source, tells it now.
    pub(crate) fn told(&mut self, id: &Id, teller: u8, likenesses: &[Likeness<'_>]) -> Option<Told> {
        let bit = 1_u8.checked_shl(u32::from(teller))?;
        let asked: Vec<Asked<'_>> = likenesses.iter().map(|l| self.ask(l)).collect();
        let table = self.slots.as_slice();
        let all = || asked.iter().flat_map(|a| a.slots.iter().map(move |at| (a, &table[*at])));
        let me = number(id);
        let before = |message, before| Some(Told { message, before });
        // under this identity, by this kind of source or another
        if let Some((a, slot)) = all().find(|(_, slot)| slot.message() == me) {
            if slot.told_by(bit) {
                return before(me, Before::Self_);
            }
            let same_text = a.same_text(slot);
            self.claim(me, bit, &asked);
            return before(me, Before::Other { same_text });
        }
        let known = self.met(id);
        if known && let Some((_, slot)) = all().find(|(a, slot)| slot.told_by(bit) && a.fit(slot) != Fit::No)
        {
            return before(slot.message(), Before::Self_);
        }
        let (mut alike, mut withheld) = (false, false);
        for a in &asked {
            let of = |fit: Fit| {
                let open = a.slots.iter().map(|at| &table[*at]).filter(|slot| !slot.told_by(bit));
                open.filter(|slot| a.fit(slot) == fit).collect::<Vec<_>>()
            };
            let (exact, maybe) = (of(Fit::Exact), of(Fit::Maybe));
            let chosen = match (a.likeness.rule, exact.as_slice()) {
                (Rule::Loose, [one]) => Some(*one),
                (Rule::Loose, _) => {
                    for slot in exact.iter().chain(&maybe) {
                        alike = true;
                        let place = self.whereabouts(&slot.message());
                        withheld |= matches!(place, Whereabouts::Withheld | Whereabouts::Suppressed);
                    }
                    None
                }
                // as many on one side as on the other, in the order in which they come
                _ => exact.first().or(maybe.first()).copied(),
            };
            if let Some(slot) = chosen {
                let (message, same_text) = (slot.message(), a.same_text(slot));
                self.claim(message, bit, &asked);
                self.told.insert(*id);
                return before(message, Before::Other { same_text });
            }
        }
        if known {
            // from before there were likenesses
            return None;
        }
        for a in &asked {
            self.enter(me, a, bit, 0);
        }
        before(me, Before::Nobody { alike, withheld })
    }

    /// Whether an identity is noted, or was met in this run and may not be noted yet.
    pub(crate) fn met(&self, id: &Id) -> bool {
        self.find(id).is_ok() || self.told.contains(id)
    }

    /// Where a message is.
    pub(crate) fn whereabouts(&self, message: &MessageNo) -> Whereabouts {
        let Some(slot) = self.of_number(message) else { return Whereabouts::Nowhere };
        match slot.novelty() {
            None => Whereabouts::Suppressed,
            Some(true) => Whereabouts::Withheld,
            Some(false) => Whereabouts::Kept(slot.bucket_no()),
        }
    }

    /// What this run learned of likenesses, from slot `at` on: the next slot to ask for, and what to list in which
    /// bucket. What belongs to a message that is nowhere is not listed.
    pub(crate) fn next_likeness(&mut self, at: usize) -> Option<(usize, Sighting, u32)> {
        for at in at..self.slots.len() {
            let slot = &self.slots[at];
            if slot.mark[7] & flag::LIKENESS == 0 || (slot.mark[7] & flag::NEW == 0 && slot.claimed() == 0) {
                continue;
            }
            let Some(message) = self.of_number(&slot.message()) else { continue };
            let (bucket, kept) = (message.bucket_no(), message.novelty() == Some(false));
            let slot = &mut self.slots[at];
            let before = slot.mark;
            // who tells what is withheld or erased is asked again the next time
            slot.mark[6] |= if kept { slot.claimed() } else { 0 };
            slot.mark[7] &= !flag::NEW;
            slot.bucket = 0;
            if slot.mark != before && slot.mark[6] != 0 {
                let sighting = Sighting { id: slot.id, state: slot.state, mark: slot.mark };
                return Some((at + 1, sighting, bucket));
            }
        }
        None
    }

    fn ask<'a>(&self, likeness: &Likeness<'a>) -> Asked<'a> {
        let slots = (0..MOST_ALIKE).map_while(|n| self.find(&self.likeness(likeness, n)).ok()).collect();
        Asked { likeness: *likeness, said: self.said(likeness), slots }
    }

    /// A source tells a message that another told: noted for this run.
    fn claim(&mut self, message: MessageNo, bit: u8, asked: &[Asked<'_>]) {
        let mut missing = Vec::new();
        for a in asked {
            match a.slots.iter().find(|at| self.slots[**at].message() == message) {
                Some(at) => self.slots[*at].bucket |= u32::from(bit),
                None => missing.push(a),
            }
        }
        // the table may grow here: slots found before count no more
        missing.into_iter().for_each(|a| self.enter(message, a, 0, bit));
    }

    fn enter(&mut self, message: MessageNo, asked: &Asked<'_>, told: u8, claimed: u8) {
        let n = u16::try_from(asked.slots.len()).ok().filter(|n| *n < MOST_ALIKE);
        let Some(n) = n else { return };
        let ([a, b, c, d], [e, f]) = (asked.said, asked.likeness.fine.to_be_bytes());
        let mark = [a, b, c, d, e, f, told, flag::LIKENESS | flag::NEW];
        let state: State = message;
        self.put(&Sighting { id: self.likeness(&asked.likeness, n), state, mark }, u32::from(claimed));
    }

    fn likeness(&self, l: &Likeness<'_>, n: u16) -> Id {
        let mut bytes = l.key.to_vec();
        bytes.extend_from_slice(&n.to_be_bytes());
        let hash = self.keyed(5, &bytes);
        let mut id: Id = std::array::from_fn(|i| hash[i]);
        id[11] |= 1;
        id
    }

    fn said(&self, l: &Likeness<'_>) -> [u8; 4] {
        if l.said.is_empty() {
            return [0; 4];
        }
        let hash = self.keyed(6, l.said);
        [hash[0], hash[1], hash[2], hash[3] | 1]
    }

    fn of_number(&self, message: &MessageNo) -> Option<&Slot> {
        self.beginning_with(message).filter(|slot| slot.mark[7] & flag::LIKENESS == 0)
    }
}

/// Messages of one reading that touches no archive, by who told them.
pub struct Alike(Seen);

impl Alike {
    /// An empty table.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn new() -> Result<Self, ArchiveError> {
        Ok(Self(Seen::new(&vault::random_secret().map_err(sealed("randomness"))?, 0)))
    }

    /// As [`crate::Run::told`].
    pub fn told(&mut self, identity: &[u8], teller: u8, likenesses: &[Likeness<'_>]) -> Option<Told> {
        let id = self.0.id(identity);
        self.0.told(&id, teller, likenesses)
    }
}

#[cfg(test)]
mod tests;
