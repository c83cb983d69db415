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

/// Bytes before the stamp: the head of the map, and the decision with its key.
const BEFORE: usize = 3;

/// Encodes the group for a message with this stamp into `out`, which is cleared first.
pub(crate) fn encode(stamp: &Stamp, sorted: &Sorted, out: &mut Vec<u8>) {
    out.clear();
    out.extend([0; BEFORE]);
    put_stamp(out, stamp);
    put_sorted(out, stamp, sorted);
}

/// Whether the group is what a message has with this stamp, whatever the sorting said of it; `out` is for the work.
pub(crate) fn carries(group: &[u8], stamp: &Stamp, out: &mut Vec<u8>) -> bool {
    out.clear();
    out.extend([0; BEFORE]);
    put_stamp(out, stamp);
    let Some((before, behind)) = group.split_at_checked(BEFORE) else { return false };
    let Some(behind) = behind.strip_prefix(&out[BEFORE..]) else { return false };
    let &[map, key::VERDICT, decision] = before else { return false };
    let stated = 5 + u64::from(stamp.doubts.iter().next().is_some());
    let more = u64::from(map).checked_sub(u64::from(MAP) + stated);
    let sorted = Decision::of(decision).zip(more).and_then(|(decision, more)| {
        let mut sorted = Sorted { decision, ..Sorted::default() };
        take_sorted(&mut Decoder::new(behind), more, &mut sorted).map(|()| sorted)
    });
    sorted.is_some_and(|sorted| {
        put_sorted(out, stamp, &sorted);
        out == group
    })
}

/// Head of a map of no entries, RFC 8949, 3.1; that of a few says how many in its low bits.
const MAP: u8 = 0xa0;

fn put_stamp(out: &mut Vec<u8>, stamp: &Stamp) {
    let doubts = stamp.doubts.iter().count() as u64;
    let mut e = Encoder::new(out);
    let done = (|| {
        e.u8(key::CLASS)?.u8(stamp.class.code())?;
        e.u8(key::RETAIN_UNTIL)?.i32(days(stamp.retain_until))?;
        e.u8(key::DISPOSAL_FROM)?.i32(days(stamp.disposal_from))?;
        e.u8(key::RULES)?.array(stamp.rules.iter().count() as u64)?;
        stamp.rules.iter().try_for_each(|rule| e.str(policy::Code::id(rule)).map(drop))?;
        if doubts > 0 {
            e.u8(key::DOUBTS)?.array(doubts)?;
        }
        stamp.doubts.iter().try_for_each(|doubt| e.str(policy::Code::id(doubt)).map(drop))
    })();
    written(done);
}

/// What the sorting said: in front of the stamp that lies in `out`, and behind it.
fn put_sorted(out: &mut Vec<u8>, stamp: &Stamp, sorted: &Sorted) {
    let Sorted { decision, p_work, ground, by_rule: _, reasons, message, alike } = sorted;
    let ground = ground.and_then(|g| (1..).zip(GROUNDS).find(|(_, known)| *known == g)).map(|(code, _)| code);
    let doubts = stamp.doubts.iter().next().is_some();
    let optional =
        [doubts, p_work.is_some(), ground.is_some(), !reasons.is_empty(), message.is_some(), *alike];
    let entries = optional.into_iter().fold(5, |n, there| n + u8::from(there));
    out[..BEFORE].copy_from_slice(&[MAP + entries, key::VERDICT, decision.code()]);
    let mut e = Encoder::new(out);
    let done = (|| {
        put(&mut e, key::P_WORK, *p_work)?;
        put(&mut e, key::GROUND, ground)?;
        if !reasons.is_empty() {
            e.u8(key::REASONS)?.array(reasons.len() as u64)?;
        }
        reasons.iter().try_for_each(|reason| e.str(reason).map(drop))?;
        if let Some(message) = message {
            e.u8(key::MESSAGE)?.bytes(message)?;
        }
        put(&mut e, key::ALIKE, alike.then_some(1))
    })();
    written(done);
}

type Encoded = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn put(e: &mut Encoder<&mut Vec<u8>>, key: u8, value: Option<u32>) -> Encoded {
    match value {
        Some(value) => e.u8(key)?.u32(value).map(drop),
        None => Ok(()),
    }
}

fn written(done: Encoded) {
    if done.is_err() {
        unreachable!("a Vec takes every byte")
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
    let mut sorted = Sorted { decision, ..Sorted::default() };
    let (mut doubts, mut more) = (Vec::new(), n.checked_sub(5)?);
    if more > 0 && d.probe().u8().ok()? == key::DOUBTS {
        expect(&mut d, key::DOUBTS)?;
        (doubts, more) = (words(&mut d)?, more - 1);
    }
    take_sorted(&mut d, more, &mut sorted)?;
    Some(Verdict { sorted, class, retain_until, disposal_from, rules, doubts })
}

/// Takes `n` entries of what the sorting said, up to the end.
fn take_sorted(d: &mut Decoder<'_>, n: u64, sorted: &mut Sorted) -> Option<()> {
    let mut last = key::DOUBTS;
    for _ in 0..n {
        let key = d.u8().ok().filter(|key| *key > last)?;
        match key {
            key::P_WORK => sorted.p_work = Some(d.u32().ok()?),
            key::GROUND => {
                let at = usize::from(d.u8().ok()?).checked_sub(1)?;
                sorted.ground = Some(GROUNDS.get(at).copied()?);
            }
            key::REASONS => sorted.reasons = words(d)?,
            key::MESSAGE => sorted.message = Some(d.bytes().ok()?.try_into().ok()?),
            key::ALIKE => sorted.alike = (d.u8().ok()? == 1).then_some(true)?,
            _ => return None,
        }
        last = key;
    }
    (d.position() == d.input().len()).then_some(())
}

fn words(d: &mut Decoder<'_>) -> Option<Vec<String>> {
    let n = d.array().ok()??;
    (0..n).map(|_| d.str().ok().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use policy::{
        AuthorityKind, Change, Direction, MessageTime, Personal, Policy, Post, Register, RegisterEvent, Role,
        Stamper,
    };

    use super::*;

    fn stamps() -> Vec<Stamp> {
        let mut register = Register::default();
        let mut enter = |change| {
            register.apply(RegisterEvent { custodian: "m".into(), change, reference: None }).unwrap();
        };
        enter(Change::CustodianAdded { name: Personal::new("M") });
        let role = Role { post: Post::Minister, authority: AuthorityKind::Department, pay_grade: None };
        enter(Change::RoleAdded { role, from: date(2020, 1, 1), to: None });
        let custodian = register.custodian("m").unwrap();
        let stamper = Stamper::new(custodian, &Policy::default(), None, date(2026, 1, 1)).unwrap();
        let at = |sent, received| MessageTime { direction: Direction::In, sent, received };
        let times = [
            at(Some(1_700_000_000_000), Some(1_700_000_001_000)),
            at(None, None),
            at(Some(1_600_000_000_000), None),
        ];
        times.map(|time| stamper.stamp(time)).to_vec()
    }

    fn sayings() -> Vec<Sorted> {
        let whole = Sorted {
            decision: Decision::Review,
            p_work: Some(812_345),
            ground: Some(Ground::Private),
            by_rule: false,
            reasons: vec!["ord:børn".to_owned(), "regel-7".to_owned()],
            message: Some([7; 8]),
            alike: true,
        };
        vec![
            Sorted::default(),
            Sorted { reasons: Vec::new(), ground: None, alike: false, ..whole.clone() },
            Sorted { p_work: None, message: None, decision: Decision::Exclude, ..whole.clone() },
            whole,
        ]
    }

    #[test]
    fn a_group_comes_back_and_carries_its_stamp_only() {
        let stamps = stamps();
        assert!(stamps.iter().any(|stamp| stamp.doubts.iter().next().is_some()), "no stamp with a doubt");
        let (mut group, mut work) = (Vec::new(), Vec::new());
        for stamp in &stamps {
            for sorted in sayings() {
                encode(stamp, &sorted, &mut group);
                let verdict = decode(&group).unwrap();
                assert_eq!((&verdict.sorted, verdict.class), (&sorted, stamp.class));
                assert_eq!(
                    (verdict.retain_until, verdict.disposal_from),
                    (stamp.retain_until, stamp.disposal_from)
                );
                assert_eq!(verdict.rules.len(), stamp.rules.iter().count());
                assert_eq!(verdict.doubts.len(), stamp.doubts.iter().count());
                for other in &stamps {
                    assert_eq!(carries(&group, other, &mut work), other == stamp);
                }
                // what carries the stamp is exactly what would be written
                for at in 0..group.len() {
                    for bit in 0..8 {
                        let mut bad = group.clone();
                        bad[at] ^= 1 << bit;
                        let written = decode(&bad).is_ok_and(|verdict| {
                            encode(stamp, &verdict.sorted, &mut work);
                            work == bad
                        });
                        assert_eq!(carries(&bad, stamp, &mut work), written, "{at}");
                    }
                    assert!(!carries(&group[..at], stamp, &mut work), "{at}");
                }
                group.push(0);
                assert!(!carries(&group, stamp, &mut work) && decode(&group).is_err());
            }
        }
    }
}
