//! The eighth field group: what was decided about a message and how long it is kept, in
//! deterministic CBOR. `docs/FORMAT.md`, "The verdict group".

use classify::Ground;
use jiff::civil::Date;
use minicbor::{Decoder, Encoder};
use model::Fault;
use policy::{Class, Stamp};

/// A map of these keys, ascending; what is absent or empty is left out.
mod key {
    pub(super) const VERDICT: u8 = 1;
    pub(super) const CLASS: u8 = 2;
    pub(super) const RETAIN_UNTIL: u8 = 3;
    pub(super) const DISPOSAL_FROM: u8 = 4;
    pub(super) const RULES: u8 = 5;
    pub(super) const DOUBTS: u8 = 6;
    pub(super) const P_WORK: u8 = 7;
    pub(super) const GROUND: u8 = 8;
    pub(super) const REASONS: u8 = 9;
    pub(super) const MESSAGE: u8 = 10;
    pub(super) const ALIKE: u8 = 11;
}

/// What the sorting decided when the message was sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decision {
    /// Has, or may have, work content.
    #[default]
    Keep,
    /// A person was to decide. In the archive: a person decided to keep it, or nobody decided in time.
    Review,
    /// Was left out. In the archive: a person took it back.
    Exclude,
}

const DECISIONS: [Decision; 3] = [Decision::Keep, Decision::Review, Decision::Exclude];

impl Decision {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Review => "review",
            Self::Exclude => "exclude",
        }
    }

    pub(crate) fn code(self) -> u8 {
        self as u8 + 1
    }

    pub(crate) fn of(code: u8) -> Option<Self> {
        DECISIONS.into_iter().find(|known| known.code() == code)
    }
}

/// The grounds with their codes, from 1.
pub(crate) const GROUNDS: [Ground; 4] =
    [Ground::Personnel, Ground::Private, Ground::Misdirected, Ground::Journalised];

/// What the sorting said of a message; the default is that nothing sorted it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// What was decided.
    pub decision: Decision,
    /// Probability that the message has any work content, in millionths; absent where nothing sorted it.
    pub p_work: Option<u32>,
    /// Why it is, or may be, outside the guidelines.
    pub ground: Option<Ground>,
    /// A rule decided, not the model; counted, and not part of the group.
    pub by_rule: bool,
    /// For the reviewer: rule ids and the features that weighed most; only of what is not kept.
    pub reasons: Vec<String>,
    /// Number of the message, the same in every telling of it by whatever source.
    pub message: Option<[u8; 8]>,
    /// Another source has a message that may be this one.
    pub alike: bool,
}

/// The verdict group read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What the sorting said.
    pub sorted: Sorted,
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

/// Encodes the group for a message with this stamp into `out`, which is cleared first.
pub(crate) fn encode(stamp: &Stamp, sorted: &Sorted, out: &mut Vec<u8>) {
    out.clear();
    let Sorted { decision, p_work, ground, by_rule: _, reasons, message, alike } = sorted;
    let doubts = stamp.doubts.iter().count() as u64;
    let ground = ground.and_then(|g| GROUNDS.iter().position(|known| *known == g));
    let optional =
        [doubts > 0, p_work.is_some(), ground.is_some(), !reasons.is_empty(), message.is_some(), *alike];
    let mut e = Encoder::new(out);
    let done = e
        .map(5 + optional.iter().filter(|there| **there).count() as u64)
        .and_then(|e| e.u8(key::VERDICT)?.u8(decision.code())?.u8(key::CLASS)?.u8(stamp.class.code()))
        .and_then(|e| e.u8(key::RETAIN_UNTIL)?.i32(days(stamp.retain_until)))
        .and_then(|e| e.u8(key::DISPOSAL_FROM)?.i32(days(stamp.disposal_from)))
        .and_then(|e| e.u8(key::RULES)?.array(stamp.rules.iter().count() as u64))
        .and_then(|e| stamp.rules.iter().try_fold(e, |e, rule| e.str(policy::Code::id(rule))))
        .and_then(|e| if doubts == 0 { Ok(e) } else { e.u8(key::DOUBTS)?.array(doubts) })
        .and_then(|e| stamp.doubts.iter().try_fold(e, |e, doubt| e.str(policy::Code::id(doubt))))
        .and_then(|e| put(e, key::P_WORK, *p_work))
        .and_then(|e| put(e, key::GROUND, ground.and_then(|g| u32::try_from(g + 1).ok())))
        .and_then(
            |e| if reasons.is_empty() { Ok(e) } else { e.u8(key::REASONS)?.array(reasons.len() as u64) },
        )
        .and_then(|e| reasons.iter().try_fold(e, |e, reason| e.str(reason)))
        .and_then(|e| match message {
            Some(message) => e.u8(key::MESSAGE)?.bytes(message),
            None => Ok(e),
        })
        .and_then(|e| if *alike { e.u8(key::ALIKE)?.u8(1) } else { Ok(e) });
    if done.is_err() {
        unreachable!("a Vec takes every byte")
    }
}

type Encoded<'a, 'b> =
    Result<&'a mut Encoder<&'b mut Vec<u8>>, minicbor::encode::Error<std::convert::Infallible>>;

fn put<'a, 'b>(e: &'a mut Encoder<&'b mut Vec<u8>>, key: u8, value: Option<u32>) -> Encoded<'a, 'b> {
    match value {
        Some(value) => e.u8(key)?.u32(value),
        None => Ok(e),
    }
}

/// Days since 1970-01-01.
pub(crate) fn days(date: Date) -> i32 {
    jiff::civil::date(1970, 1, 1).until(date).map(|span| span.get_days()).unwrap_or(i32::MAX)
}

pub(crate) fn from_days(days: i32) -> Option<Date> {
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
    let decision = Decision::of(d.u8().ok()?)?;
    expect(&mut d, key::CLASS)?;
    let class = Class::from_code(d.u8().ok()?)?;
    expect(&mut d, key::RETAIN_UNTIL)?;
    let retain_until = from_days(d.i32().ok()?)?;
    expect(&mut d, key::DISPOSAL_FROM)?;
    let disposal_from = from_days(d.i32().ok()?)?;
    expect(&mut d, key::RULES)?;
    let rules = words(&mut d)?;
    let mut doubts = Vec::new();
    let mut sorted = Sorted { decision, ..Sorted::default() };
    let mut last = key::RULES;
    for _ in 5..n {
        let key = d.u8().ok().filter(|key| *key > last)?;
        match key {
            key::DOUBTS => doubts = words(&mut d)?,
            key::P_WORK => sorted.p_work = Some(d.u32().ok()?),
            key::GROUND => {
                let at = usize::from(d.u8().ok()?).checked_sub(1)?;
                sorted.ground = Some(GROUNDS.get(at).copied()?);
            }
            key::REASONS => sorted.reasons = words(&mut d)?,
            key::MESSAGE => sorted.message = Some(d.bytes().ok()?.try_into().ok()?),
            key::ALIKE => sorted.alike = (d.u8().ok()? == 1).then_some(true)?,
            _ => return None,
        }
        last = key;
    }
    (n >= 5 && d.position() == bytes.len()).then_some(Verdict {
        sorted,
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
