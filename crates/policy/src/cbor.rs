//! Register entries as bytes: deterministic CBOR (RFC 8949, 4.2), arrays of fixed length, dates as
//! days since 1970-01-01. What decodes is exactly what encodes; nothing else is accepted.
//!
//! ```text
//! entry  = [1, custodian, reference / null, change]
//! change = [1, name]                                             custodian added
//!        / [2, post, authority, pay grade / null, from, to / null]   role added
//!        / [3, entry, to]                                        role ended
//!        / [4, 0 serial / 1 number, text, from, to / null]       device registered
//!        / [5, entry, to]                                        device ended
//!        / [6, kind, date, device entry / null]                  event recorded
//!        / [7, month, reason]                                    no copy
//!        / [8, entry, change / null]                             corrected (inner change not an 8)
//! ```

use std::convert::Infallible;

use jiff::civil::Date;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use crate::calendar::{days, from_days, within_bounds};
use crate::entry::{Change, Handle, RegisterEvent};
use crate::event::{Event, EventKind};
use crate::personal::Personal;
use crate::post::{AuthorityKind, PayGrade, Post, Role};

/// Version of the layout above.
const VERSION: u8 = 1;
/// Longest entry and longest text in one, bytes.
const MAX_ENTRY: usize = 64 * 1024;
const MAX_TEXT: usize = 4096;

/// Why bytes are no register entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeFault {
    /// Longer than an entry can be.
    #[error("register entry: {have} bytes, at most {MAX_ENTRY}")]
    TooLong {
        /// Bytes given.
        have: usize,
    },
    /// Written by a later program.
    #[error("register entry: layout version {version}, this program knows {VERSION}")]
    Version {
        /// Version found.
        version: u8,
    },
    /// A kind of change this program does not know.
    #[error("register entry: unknown kind of change {kind}")]
    Kind {
        /// Number found.
        kind: u8,
    },
    /// Anything else: a wrong type, number, date or length.
    #[error("register entry: malformed at byte {at}")]
    Malformed {
        /// Where reading stopped.
        at: usize,
    },
    /// The right content in another spelling.
    #[error("register entry: not in its deterministic encoding")]
    Spelling,
}

type Out<'a> = Encoder<&'a mut Vec<u8>>;

/// Writing to a vector does not fail.
pub(crate) fn done<T>(result: Result<T, minicbor::encode::Error<Infallible>>) {
    debug_assert!(result.is_ok(), "writing to memory");
}

impl RegisterEvent {
    /// The bytes of the entry.
    pub fn encode(&self) -> Vec<u8> {
        let Self { custodian, change, reference } = self;
        let mut bytes = Vec::with_capacity(64);
        let e = &mut Encoder::new(&mut bytes);
        done(e.array(4).and_then(|e| e.u8(VERSION)).and_then(|e| e.str(custodian)));
        match reference {
            Some(text) => done(e.str(text.expose())),
            None => done(e.null()),
        }
        put_change(e, change);
        bytes
    }

    /// The entry of its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeFault> {
        if bytes.len() > MAX_ENTRY {
            return Err(DecodeFault::TooLong { have: bytes.len() });
        }
        let mut r = Reader(Decoder::new(bytes));
        r.array(4)?;
        let version = r.u8()?;
        if version != VERSION {
            return Err(DecodeFault::Version { version });
        }
        let custodian = r.text()?.to_owned();
        let reference = r.option(|r| r.personal())?;
        let change = r.change(false)?;
        let entry = Self { custodian, change, reference };
        if entry.encode() == bytes { Ok(entry) } else { Err(DecodeFault::Spelling) }
    }
}

fn put_change(e: &mut Out<'_>, change: &Change) {
    let fields = match change {
        Change::CustodianAdded { .. } => 1,
        Change::RoleEnded { .. }
        | Change::DeviceEnded { .. }
        | Change::NoCopy { .. }
        | Change::Corrected { .. } => 2,
        Change::EventRecorded(_) => 3,
        Change::DeviceRegistered { .. } => 4,
        Change::RoleAdded { .. } => 5,
    };
    done(e.array(fields + 1).and_then(|e| e.u8(change.code())));
    match change {
        Change::CustodianAdded { name } => done(e.str(name.expose())),
        Change::RoleAdded { role: Role { post, authority, pay_grade }, from, to } => {
            done(e.u8(post.code()).and_then(|e| e.u8(authority.code())));
            match pay_grade {
                Some(grade) => done(e.u8(grade.get())),
                None => done(e.null()),
            }
            put_date(e, *from);
            put_end(e, *to);
        }
        Change::RoleEnded { role: entry, to } | Change::DeviceEnded { device: entry, to } => {
            done(e.u64(*entry));
            put_date(e, *to);
        }
        Change::DeviceRegistered { handle, from, to } => {
            done(e.u8(u8::from(matches!(handle, Handle::Number(_)))));
            done(e.str(handle.text().expose()));
            put_date(e, *from);
            put_end(e, *to);
        }
        Change::EventRecorded(Event { kind, date, device }) => {
            done(e.u8(kind.code()));
            put_date(e, *date);
            match device {
                Some(entry) => done(e.u64(*entry)),
                None => done(e.null()),
            }
        }
        Change::NoCopy { month, reason } => {
            put_date(e, *month);
            done(e.str(reason.expose()));
        }
        Change::Corrected { of, with } => {
            done(e.u64(*of));
            match with {
                Some(change) => put_change(e, change),
                None => done(e.null()),
            }
        }
    }
}

fn put_date(e: &mut Out<'_>, date: Date) {
    done(e.i32(days(date)));
}

fn put_end(e: &mut Out<'_>, date: Option<Date>) {
    match date {
        Some(date) => put_date(e, date),
        None => done(e.null()),
    }
}

struct Reader<'a>(Decoder<'a>);

impl<'a> Reader<'a> {
    fn malformed(&self) -> DecodeFault {
        DecodeFault::Malformed { at: self.0.position() }
    }

    fn take<T>(
        &mut self,
        read: impl FnOnce(&mut Decoder<'a>) -> Result<T, minicbor::decode::Error>,
    ) -> Result<T, DecodeFault> {
        let at = self.0.position();
        read(&mut self.0).map_err(|_| DecodeFault::Malformed { at })
    }

    fn array(&mut self, n: u64) -> Result<(), DecodeFault> {
        let have = self.take(Decoder::array)?;
        if have == Some(n) { Ok(()) } else { Err(self.malformed()) }
    }

    fn u8(&mut self) -> Result<u8, DecodeFault> {
        self.take(Decoder::u8)
    }

    fn u64(&mut self) -> Result<u64, DecodeFault> {
        self.take(Decoder::u64)
    }

    fn coded<T>(&mut self, from: impl FnOnce(u8) -> Option<T>) -> Result<T, DecodeFault> {
        let code = self.u8()?;
        from(code).ok_or_else(|| self.malformed())
    }

    fn text(&mut self) -> Result<&'a str, DecodeFault> {
        let text = self.take(Decoder::str)?;
        if text.len() <= MAX_TEXT { Ok(text) } else { Err(self.malformed()) }
    }

    fn personal(&mut self) -> Result<Personal, DecodeFault> {
        self.text().map(Personal::new)
    }

    fn date(&mut self) -> Result<Date, DecodeFault> {
        let days = self.take(Decoder::i32)?;
        from_days(days).filter(|&date| within_bounds(date)).ok_or_else(|| self.malformed())
    }

    fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeFault>,
    ) -> Result<Option<T>, DecodeFault> {
        if self.take(|d| d.datatype())? == Type::Null {
            self.take(Decoder::null)?;
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// `inner`: inside a correction, where another correction may not stand; so depth ends at two.
    fn change(&mut self, inner: bool) -> Result<Change, DecodeFault> {
        let have = self.take(Decoder::array)?;
        let kind = self.u8()?;
        let (fields, change) = match kind {
            1 => (1, Change::CustodianAdded { name: self.personal()? }),
            2 => {
                let role = Role {
                    post: self.coded(Post::from_code)?,
                    authority: self.coded(AuthorityKind::from_code)?,
                    pay_grade: self.option(|r| r.coded(PayGrade::new))?,
                };
                (5, Change::RoleAdded { role, from: self.date()?, to: self.option(Self::date)? })
            }
            3 => (2, Change::RoleEnded { role: self.u64()?, to: self.date()? }),
            4 => {
                let number = self.coded(|code| (code <= 1).then_some(code == 1))?;
                let text = self.personal()?;
                let handle = if number { Handle::Number(text) } else { Handle::Serial(text) };
                (4, Change::DeviceRegistered { handle, from: self.date()?, to: self.option(Self::date)? })
            }
            5 => (2, Change::DeviceEnded { device: self.u64()?, to: self.date()? }),
            6 => {
                let kind = self.coded(EventKind::from_code)?;
                (
                    3,
                    Change::EventRecorded(Event {
                        kind,
                        date: self.date()?,
                        device: self.option(Self::u64)?,
                    }),
                )
            }
            7 => (2, Change::NoCopy { month: self.date()?, reason: self.personal()? }),
            8 if !inner => {
                let of = self.u64()?;
                (2, Change::Corrected { of, with: self.option(|r| r.change(true))?.map(Box::new) })
            }
            8 => return Err(self.malformed()),
            kind => return Err(DecodeFault::Kind { kind }),
        };
        if have == Some(fields + 1) { Ok(change) } else { Err(self.malformed()) }
    }
}

/// Reads hostile bytes as everything this crate reads; must neither panic nor accept a second
/// spelling.
pub fn fuzz_one(data: &[u8]) {
    if let Ok(entry) = RegisterEvent::decode(data) {
        assert_eq!(entry.encode(), data, "what decodes is what encodes");
        let mut register = crate::Register::default();
        let name = Change::CustodianAdded { name: Personal::default() };
        let first = RegisterEvent { custodian: entry.custodian.clone(), change: name, reference: None };
        if register.apply(first).is_ok() {
            let _ = register.apply(entry);
        }
    }
    if let Ok(policy) = crate::Policy::decode(data) {
        assert_eq!(policy.encode(), data, "what decodes is what encodes");
    }
    let _ = crate::Bucket::decode_label(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = crate::Policy::from_toml(text);
        let _ = text.parse::<Event>();
        let _ = text.parse::<Post>();
        let _ = text.parse::<PayGrade>();
        let _ = crate::parse_civil_date(text);
    }
}
