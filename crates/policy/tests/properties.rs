//! What holds for every register, message and byte string.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::collections::HashMap;

use common::{WHO, entry};
use jiff::civil::Date;
use policy::{
    AuthorityKind, Change, Custodian, Direction, MessageTime, PayGrade, Policy, Post, Register,
    RegisterEvent, Role, Stamper, UnlistedChiefs, civil_date, fuzz_one,
};
use proptest::prelude::*;

const DAY: i64 = 86_400_000;

fn date() -> impl Strategy<Value = Date> {
    (0..9_000_i64).prop_map(|n| civil_date(n * DAY + 1_136_100_000_000).unwrap())
}

fn role() -> impl Strategy<Value = Role> {
    (0..12_usize, 0..3_usize, proptest::option::of(35..40_u8)).prop_map(|(post, kind, grade)| Role {
        post: Post::ALL[post],
        authority: AuthorityKind::ALL[kind],
        pay_grade: grade.and_then(PayGrade::new),
    })
}

fn role_added() -> impl Strategy<Value = RegisterEvent> {
    (role(), date(), proptest::option::of(0..3_000_i32)).prop_map(|(role, from, days)| {
        let to = days.map(|days| from + jiff::Span::new().days(days));
        RegisterEvent { change: Change::RoleAdded { role, from, to }, ..entry("person x") }
    })
}

fn event_recorded() -> impl Strategy<Value = RegisterEvent> {
    (0..4_usize, date()).prop_map(|(kind, date)| {
        let event = policy::Event { kind: policy::EventKind::ALL[kind], date, device: None };
        RegisterEvent { change: Change::EventRecorded(event), ..entry("person x") }
    })
}

prop_compose! {
    fn registers(most: usize)(
        roles in proptest::collection::vec(role_added(), 1..=most),
        events in proptest::collection::vec(event_recorded(), 0..5),
    ) -> Register {
        Register::replay([entry("person x")].into_iter().chain(roles).chain(events)).unwrap()
    }
}

fn policies() -> impl Strategy<Value = Policy> {
    any::<bool>().prop_map(|letter| Policy {
        unlisted_chiefs: if letter { UnlistedChiefs::Letter } else { UnlistedChiefs::Keep },
        ..Policy::default()
    })
}

fn ingest() -> Date {
    "2031-01-01".parse().unwrap()
}

fn out(sent: i64) -> MessageTime {
    MessageTime { direction: Direction::Out, sent: Some(sent), received: None }
}

/// Believable times: 2008 to 2030.
const TIMES: std::ops::Range<i64> = 1_199_200_000_000..1_900_000_000_000;

/// Believable times, every third a Danish 29 February, where the rare faults are.
fn times() -> impl Strategy<Value = i64> {
    let leap = (2..8_i16, 0..DAY).prop_map(|(n, within)| {
        let days = Date::new(2000 + 4 * n, 2, 29).unwrap() - Date::constant(1970, 1, 1);
        i64::from(days.get_days()) * DAY - 3_600_000 + within
    });
    prop_oneof![2 => TIMES, 1 => leap]
}

proptest! {
    #[test]
    fn never_early(register in registers(4), policy in policies(), sent in times()) {
        let custodian = register.custodian(WHO).unwrap();
        let stamp = Stamper::new(custodian, &policy, None, ingest()).unwrap().stamp(out(sent));
        // Naive: the same month and day as numbers, years added as a number.
        let (date, until) = (stamp.date, stamp.retain_until);
        let naive = (date.year() + i16::from(stamp.class.years()), date.month(), date.day());
        prop_assert!((until.year(), until.month(), until.day()) >= naive);
        // And by days: no year has fewer than 365.
        let days = (until - date).get_days();
        prop_assert!(days >= 365 * i32::from(stamp.class.years()));
        prop_assert!(days <= 366 * i32::from(stamp.class.years()));
        // Disposal: a first, after everything it waits for, at most a month later than that.
        prop_assert_eq!(stamp.disposal_from.day(), 1);
        prop_assert!(stamp.disposal_from > date);
        if !stamp.class.ends_on_departure(&policy) {
            prop_assert!(stamp.disposal_from > until);
        }
        prop_assert!((stamp.disposal_from - until).get_days() <= 31);
        prop_assert_eq!(stamp.bucket.month.day(), 1);
    }

    #[test]
    fn a_later_message_is_never_due_earlier(
        register in registers(1), policy in policies(), a in times(), step in 0..400 * DAY,
    ) {
        let stamper = Stamper::new(register.custodian(WHO).unwrap(), &policy, None, ingest()).unwrap();
        let (first, second) = (stamper.stamp(out(a)), stamper.stamp(out((a + step).min(TIMES.end))));
        prop_assert!(first.retain_until <= second.retain_until);
        prop_assert!(first.disposal_from <= second.disposal_from);
        prop_assert!(first.bucket <= second.bucket);
    }

    /// The prepared table of standings is the register itself.
    #[test]
    fn stampers_follow_the_register(register in registers(6), sent in times()) {
        let custodian = register.custodian(WHO).unwrap();
        let policy = Policy::default();
        let stamp = Stamper::new(custodian, &policy, None, ingest()).unwrap().stamp(out(sent));
        let standing = custodian.standing_on(&policy, civil_date(sent).unwrap()).unwrap();
        prop_assert_eq!(stamp.class, standing.class);
        prop_assert_eq!(stamp.doubts, standing.doubts);
        prop_assert_eq!(stamp.rules.union(standing.rules), stamp.rules);
    }

    /// One bucket, one key, one date: also with leap days, roles and events in the middle of a month.
    #[test]
    fn a_bucket_falls_due_at_once(register in registers(5), policy in policies(), start in TIMES) {
        let stamper = Stamper::new(register.custodian(WHO).unwrap(), &policy, None, ingest()).unwrap();
        let mut due = HashMap::new();
        for half_day in 0..800 {
            let sent = Some(start + half_day * DAY / 2);
            let missing = (half_day % 50 == 0).then_some(None);
            let stamp = stamper.stamp(MessageTime { sent: missing.unwrap_or(sent), ..out(0) });
            prop_assert_eq!(*due.entry(stamp.bucket).or_insert(stamp.disposal_from), stamp.disposal_from);
        }
    }

    /// The longer policy is never shorter, and another event never keeps a message longer.
    #[test]
    fn keep_keeps(register in registers(3), sent in times(), event in event_recorded()) {
        let letter = Policy { unlisted_chiefs: UnlistedChiefs::Letter, ..Policy::default() };
        let custodian = register.custodian(WHO).unwrap();
        let keep = Policy::default();
        let due = |policy: &Policy, custodian: &Custodian| {
            Stamper::new(custodian, policy, None, ingest()).unwrap().stamp(out(sent)).disposal_from
        };
        prop_assert!(due(&keep, custodian) >= due(&letter, custodian));
        let mut more = register.clone();
        more.apply(event).unwrap();
        prop_assert!(due(&letter, more.custodian(WHO).unwrap()) <= due(&letter, custodian));
    }

    #[test]
    fn any_times_give_a_stamp(register in registers(3), sent: Option<i64>, received: Option<i64>, incoming: bool) {
        let direction = if incoming { Direction::In } else { Direction::Out };
        let stamper = Stamper::new(register.custodian(WHO).unwrap(), &Policy::default(), None, ingest()).unwrap();
        let stamp = stamper.stamp(MessageTime { direction, sent, received });
        prop_assert!(stamp.review() || stamp.date <= ingest() + jiff::Span::new().days(1));
        prop_assert!(stamp.disposal_from > stamp.date);
    }

    #[test]
    fn entries_round_trip(role in role_added(), event in event_recorded()) {
        for entry in [role, event] {
            prop_assert_eq!(RegisterEvent::decode(&entry.encode()), Ok(entry));
        }
    }

    #[test]
    fn foreign_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        fuzz_one(&bytes);
    }

    #[test]
    fn damaged_entries(entry in role_added(), at in 0..64_usize, byte: u8, cut in 0..64_usize) {
        let mut bytes = entry.encode();
        let n = bytes.len();
        bytes[at % n] = byte;
        fuzz_one(&bytes);
        fuzz_one(&bytes[..cut % n]);
    }
}
