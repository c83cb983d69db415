//! Decisions about markings and entries of the register of media as bytes: deterministic CBOR (RFC 8949,
//! 4.2), arrays of fixed length, dates as days since 1970-01-01. What decodes is exactly what encodes.
//!
//! ```text
//! marking = [1, 1, level, reference / null]                              ceiling
//!         / [1, 2, custodian, from, to, first / null, last / null, issuer, reference / null]   declassified
//! media   = [1, number, day, reference / null, change]
//! change  = [1, kind, serial, level, place, holder, custodian / null, months]   added
//!         / [2, place, holder, by]                                      moved
//!         / [3, movement, by]                                           receipt signed
//!         / [4, by]                                                     read out
//!         / [5, method, by, witness]                                    destroyed
//! ```

use jiff::civil::Date;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use crate::calendar::{days, from_days, within_bounds};
use crate::cbor::done;
use crate::marking::{Level, MarkingDecision};
use crate::media::{MediaChange, MediaEvent, MediumKind};
use crate::personal::Personal;

/// Version of the layouts above.
const VERSION: u8 = 1;
/// Longest entry and longest text in one, bytes.
const MAX_ENTRY: usize = 64 * 1024;
const MAX_TEXT: usize = 4096;

/// Bytes that are no entry of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: malformed at byte {at}")]
pub struct NotStored {
    /// Kind of entry.
    pub what: &'static str,
    /// Where reading stopped.
    pub at: usize,
}

type Out = Encoder<Vec<u8>>;

fn text(e: &mut Out, text: Option<&str>) {
    match text {
        Some(text) => done(e.str(text).map(|_| ())),
        None => done(e.null().map(|_| ())),
    }
}

fn day(e: &mut Out, day: Option<Date>) {
    match day {
        Some(day) => done(e.i32(days(day)).map(|_| ())),
        None => done(e.null().map(|_| ())),
    }
}

fn personal(e: &mut Out, of: Option<&Personal>) {
    text(e, of.map(Personal::expose));
}

struct In<'b>(Decoder<'b>);

impl In<'_> {
    fn array(&mut self, n: u64) -> Option<()> {
        (self.0.array().ok()? == Some(n)).then_some(())
    }

    fn is_null(&mut self) -> Option<bool> {
        let null = self.0.datatype().ok()? == Type::Null;
        if null {
            self.0.null().ok()?;
        }
        Some(null)
    }

    fn text(&mut self) -> Option<String> {
        self.0.str().ok().filter(|t| t.len() <= MAX_TEXT).map(str::to_owned)
    }

    fn personal(&mut self) -> Option<Personal> {
        self.text().map(Personal::new)
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.is_null()? { Some(None) } else { read(self).map(Some) }
    }

    fn day(&mut self) -> Option<Date> {
        from_days(self.0.i32().ok()?).filter(|d| within_bounds(*d))
    }

    fn level(&mut self) -> Option<Level> {
        Level::from_code(self.0.u8().ok()?)
    }
}

/// Decodes what is exactly the encoding of what it gives.
fn exact<T>(
    bytes: &[u8],
    what: &'static str,
    read: impl FnOnce(&mut In<'_>) -> Option<T>,
    encode: impl FnOnce(&T) -> Vec<u8>,
) -> Result<T, NotStored> {
    if bytes.len() > MAX_ENTRY {
        return Err(NotStored { what, at: MAX_ENTRY });
    }
    let mut d = In(Decoder::new(bytes));
    let value = read(&mut d);
    let at = d.0.position();
    value.filter(|v| encode(v) == bytes).ok_or(NotStored { what, at })
}

impl MarkingDecision {
    /// The stored bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        match self {
            Self::Ceiling { level, reference } => {
                done(
                    e.array(4)
                        .and_then(|e| e.u8(VERSION))
                        .and_then(|e| e.u8(1))
                        .and_then(|e| e.u8(level.code())),
                );
                personal(&mut e, reference.as_ref());
            }
            Self::Declassified { custodian, from, to, first, last, issuer, reference } => {
                done(e.array(9).and_then(|e| e.u8(VERSION)).and_then(|e| e.u8(2)));
                text(&mut e, Some(custodian));
                done(e.u8(from.code()).and_then(|e| e.u8(to.code())));
                day(&mut e, *first);
                day(&mut e, *last);
                personal(&mut e, Some(issuer));
                personal(&mut e, reference.as_ref());
            }
        }
        e.into_writer()
    }

    /// A decision from its stored bytes, and from nothing else.
    ///
    /// # Errors
    /// [`NotStored`] with the place.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotStored> {
        let read = |d: &mut In<'_>| {
            let n = d.0.array().ok()??;
            (d.0.u8().ok()? == VERSION).then_some(())?;
            match (n, d.0.u8().ok()?) {
                (4, 1) => Some(Self::Ceiling { level: d.level()?, reference: d.optional(In::personal)? }),
                (9, 2) => Some(Self::Declassified {
                    custodian: d.text()?,
                    from: d.level()?,
                    to: d.level()?,
                    first: d.optional(In::day)?,
                    last: d.optional(In::day)?,
                    issuer: d.personal()?,
                    reference: d.optional(In::personal)?,
                }),
                _ => None,
            }
        };
        exact(bytes, "decision about markings", read, Self::encode)
    }
}

impl MediaEvent {
    /// The stored bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::new());
        let Self { number, date, change, reference } = self;
        done(e.array(5).and_then(|e| e.u8(VERSION)));
        text(&mut e, Some(number));
        day(&mut e, Some(*date));
        personal(&mut e, reference.as_ref());
        match change {
            MediaChange::Added { kind, serial, level, place, holder, custodian, read_out_months } => {
                done(e.array(8).and_then(|e| e.u8(1)).and_then(|e| e.u8(kind.code())));
                personal(&mut e, Some(serial));
                done(e.u8(level.code()));
                personal(&mut e, Some(place));
                personal(&mut e, Some(holder));
                text(&mut e, custodian.as_deref());
                done(e.u8(*read_out_months));
            }
            MediaChange::Moved { place, holder, by } => {
                done(e.array(4).and_then(|e| e.u8(2)));
                [place, holder, by].into_iter().for_each(|t| personal(&mut e, Some(t)));
            }
            MediaChange::ReceiptSigned { movement, by } => {
                done(e.array(3).and_then(|e| e.u8(3)).and_then(|e| e.u32(*movement)));
                personal(&mut e, Some(by));
            }
            MediaChange::ReadOut { by } => {
                done(e.array(2).and_then(|e| e.u8(4)));
                personal(&mut e, Some(by));
            }
            MediaChange::Destroyed { method, by, witness } => {
                done(e.array(4).and_then(|e| e.u8(5)));
                [method, by, witness].into_iter().for_each(|t| personal(&mut e, Some(t)));
            }
        }
        e.into_writer()
    }

    /// An entry from its stored bytes, and from nothing else.
    ///
    /// # Errors
    /// [`NotStored`] with the place.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotStored> {
        let read = |d: &mut In<'_>| {
            d.array(5)?;
            (d.0.u8().ok()? == VERSION).then_some(())?;
            let (number, date, reference) = (d.text()?, d.day()?, d.optional(In::personal)?);
            let n = d.0.array().ok()??;
            let change = match (n, d.0.u8().ok()?) {
                (8, 1) => MediaChange::Added {
                    kind: MediumKind::from_code(d.0.u8().ok()?)?,
                    serial: d.personal()?,
                    level: d.level()?,
                    place: d.personal()?,
                    holder: d.personal()?,
                    custodian: d.optional(In::text)?,
                    read_out_months: d.0.u8().ok()?,
                },
                (4, 2) => {
                    MediaChange::Moved { place: d.personal()?, holder: d.personal()?, by: d.personal()? }
                }
                (3, 3) => MediaChange::ReceiptSigned { movement: d.0.u32().ok()?, by: d.personal()? },
                (2, 4) => MediaChange::ReadOut { by: d.personal()? },
                (4, 5) => MediaChange::Destroyed {
                    method: d.personal()?,
                    by: d.personal()?,
                    witness: d.personal()?,
                },
                _ => return None,
            };
            Some(Self { number, date, change, reference })
        };
        exact(bytes, "entry of the register of media", read, Self::encode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Personal {
        Personal::new(text)
    }

    fn media() -> Vec<MediaEvent> {
        let added = |custodian: Option<&str>| MediaChange::Added {
            kind: MediumKind::Smart,
            serial: p("S"),
            level: Level::TopSecret,
            place: p("Boks"),
            holder: p("Å"),
            custodian: custodian.map(str::to_owned),
            read_out_months: 1,
        };
        let changes = [
            added(None),
            added(Some("m1")),
            MediaChange::Moved { place: p("a"), holder: p("b"), by: p("c") },
            MediaChange::ReceiptSigned { movement: 70_000, by: p("b") },
            MediaChange::ReadOut { by: p("b") },
            MediaChange::Destroyed { method: p("m"), by: p("b"), witness: p("w") },
        ];
        let date = "2026-01-31".parse().unwrap();
        let event = |change| MediaEvent { number: "M-1".into(), date, change, reference: Some(p("2026-17")) };
        changes.into_iter().map(event).collect()
    }

    #[test]
    fn what_encodes_decodes() {
        for event in media() {
            assert_eq!(MediaEvent::decode(&event.encode()), Ok(event));
        }
        let decisions = [
            MarkingDecision::Ceiling { level: Level::Secret, reference: None },
            MarkingDecision::Declassified {
                custodian: "m1".into(),
                from: Level::Secret,
                to: Level::Unmarked,
                first: Some("2026-01-01".parse().unwrap()),
                last: None,
                issuer: p("FE"),
                reference: Some(p("x")),
            },
        ];
        for decision in decisions {
            assert_eq!(MarkingDecision::decode(&decision.encode()), Ok(decision));
        }
        let ceiling = MarkingDecision::Ceiling { level: Level::Secret, reference: None };
        assert_eq!(ceiling.encode(), [0x84, 1, 1, 3, 0xf6]);
    }

    #[test]
    fn nothing_else_decodes() {
        for event in media() {
            let bytes = event.encode();
            for n in 0..bytes.len() {
                assert!(MediaEvent::decode(&bytes[..n]).is_err());
            }
            assert!(MediaEvent::decode(&[&bytes[..], &[0]].concat()).is_err());
        }
        for bytes in [
            &[][..],
            &[0x84, 1, 1, 5, 0xf6],
            &[0x84, 2, 1, 3, 0xf6],
            &[0x84, 1, 3, 3, 0xf6],
            &[0x84, 0x18, 1, 1, 3, 0xf6],
        ] {
            assert!(MarkingDecision::decode(bytes).is_err());
        }
    }
}
