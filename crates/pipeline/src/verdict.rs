//! The eighth field group: what was decided about a message and how long it is kept, in
//! deterministic CBOR. `docs/FORMAT.md`, "The verdict group".

use jiff::civil::Date;
use minicbor::{Decoder, Encoder};
use model::Fault;
use policy::{Class, Stamp};

/// A map of these keys, ascending; `doubts` is left out when empty.
mod key {
    pub(super) const VERDICT: u8 = 1;
    pub(super) const CLASS: u8 = 2;
    pub(super) const RETAIN_UNTIL: u8 = 3;
    pub(super) const DISPOSAL_FROM: u8 = 4;
    pub(super) const RULES: u8 = 5;
    pub(super) const DOUBTS: u8 = 6;
}

/// What was decided about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// In the archive because it has, or may have, work content.
    Keep,
}

impl Decision {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
        }
    }
}

/// The verdict group read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was decided.
    pub decision: Decision,
    /// Retention class.
    pub class: Class,
    /// Last day of the full period.
    pub retain_until: Date,
    /// First day on which it may be disposed of.
    pub disposal_from: Date,
    /// Ids of the rules applied, in order.
    pub rules: Vec<String>,
    /// Codes of what was odd about the message's time or the custodian's register.
    pub doubts: Vec<String>,
}

/// Encodes the group for a message that is kept with this stamp into `out`, which is cleared first.
pub(crate) fn encode(stamp: &Stamp, out: &mut Vec<u8>) {
    out.clear();
    let doubts = stamp.doubts.iter().count() as u64;
    let mut e = Encoder::new(out);
    let done = e
        .map(if doubts == 0 { 5 } else { 6 })
        .and_then(|e| e.u8(key::VERDICT)?.u8(1)?.u8(key::CLASS)?.u8(stamp.class.code()))
        .and_then(|e| e.u8(key::RETAIN_UNTIL)?.i32(days(stamp.retain_until)))
        .and_then(|e| e.u8(key::DISPOSAL_FROM)?.i32(days(stamp.disposal_from)))
        .and_then(|e| e.u8(key::RULES)?.array(stamp.rules.iter().count() as u64))
        .and_then(|e| stamp.rules.iter().try_fold(e, |e, rule| e.str(policy::Code::id(rule))))
        .and_then(|e| if doubts == 0 { Ok(e) } else { e.u8(key::DOUBTS)?.array(doubts) })
        .and_then(|e| stamp.doubts.iter().try_fold(e, |e, doubt| e.str(policy::Code::id(doubt))));
    if done.is_err() {
        unreachable!("a Vec takes every byte")
    }
}

/// Days since 1970-01-01.
fn days(date: Date) -> i32 {
    jiff::civil::date(1970, 1, 1).until(date).map(|span| span.get_days()).unwrap_or(i32::MAX)
}

fn from_days(days: i32) -> Option<Date> {
    jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// Decodes the group.
///
/// # Errors
/// [`Fault::Unexpected`] for anything that [`encode`] does not write.
pub fn decode(bytes: &[u8]) -> Result<Verdict, Fault> {
    try_decode(bytes).ok_or(Fault::Unexpected { expected: "a verdict group" })
}

fn try_decode(bytes: &[u8]) -> Option<Verdict> {
    let mut d = Decoder::new(bytes);
    let n = d.map().ok()??;
    let expect = |d: &mut Decoder<'_>, key: u8| (d.u8().ok()? == key).then_some(());
    expect(&mut d, key::VERDICT)?;
    let decision = (d.u8().ok()? == 1).then_some(Decision::Keep)?;
    expect(&mut d, key::CLASS)?;
    let class = Class::from_code(d.u8().ok()?)?;
    expect(&mut d, key::RETAIN_UNTIL)?;
    let retain_until = from_days(d.i32().ok()?)?;
    expect(&mut d, key::DISPOSAL_FROM)?;
    let disposal_from = from_days(d.i32().ok()?)?;
    expect(&mut d, key::RULES)?;
    let rules = words(&mut d)?;
    let doubts = match n {
        5 => Vec::new(),
        6 => {
            expect(&mut d, key::DOUBTS)?;
            words(&mut d)?
        }
        _ => return None,
    };
    (d.position() == bytes.len()).then_some(Verdict {
        decision,
        class,
        retain_until,
        disposal_from,
        rules,
        doubts,
    })
}

fn words(d: &mut Decoder<'_>) -> Option<Vec<String>> {
    let n = d.array().ok()??;
    (0..n).map(|_| d.str().ok().map(str::to_owned)).collect()
}
