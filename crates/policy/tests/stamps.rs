//! The stamp of a message against a register: which role, which event, which bucket.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{WHO, register};
use policy::{
    Answer, Class, Direction, Doubt, MessageTime, Policy, Question, Register, Stamp, Stamper, UnlistedChiefs,
};
use policy::{Bucket, Code, Event, Rule, StampFault, civil_date, parse_civil_date, stamp};

const INGEST: &str = "2026-11-24";

fn ms(text: &str) -> i64 {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T12:00:00Z") };
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn at(register: &Register, time: &str, device: Option<u64>) -> Stamp {
    let mut words = time.split_whitespace();
    let direction = match words.next().unwrap() {
        "in" => Direction::In,
        "out" => Direction::Out,
        other => panic!("{other}"),
    };
    let mut next = || words.next().filter(|&t| t != "-").map(ms);
    let message = MessageTime { direction, sent: next(), received: next() };
    let custodian = register.custodian(WHO).unwrap();
    stamp(custodian, &Policy::default(), message, device, INGEST.parse().unwrap()).unwrap()
}

/// Class, dates, tenure and doubts of one message.
#[track_caller]
fn check(lines: &str, time: &str, expected: &str) {
    let Stamp { class, retain_until, disposal_from, bucket, doubts, .. } = at(&register(lines), time, None);
    let doubts: String =
        doubts.iter().map(|d| format!(" {}", d.id().trim_start_matches("retention_"))).collect();
    let shown = format!("{class} {retain_until} {disposal_from} #{}{doubts}", bucket.tenure);
    assert_eq!(shown, expected, "{time}");
}

#[test]
fn roles_by_period() {
    let career = "role fuldmaegtig departement 2015-01-01 2019-12-31
                  role kontorchef departement 37 2020-01-01 2023-06-30
                  role departementschef departement 2023-08-01";
    check(career, "out 2019-12-31", "E5 2024-12-31 2025-01-01 #0");
    check(career, "out 2019-12-31T23:30:00Z", "C10 2030-01-01 2030-02-01 #0");
    check(career, "out 2020-01-01", "C10 2030-01-01 2030-02-01 #0");
    check(career, "out 2023-06-30", "C10 2033-06-30 2033-07-01 #0");
    check(career, "out 2023-07-15", "M25 2048-07-15 2048-08-01 #0 role_gap");
    check(career, "out 2023-08-01", "M25 2048-08-01 2048-09-01 #0");
    check(career, "out 2014-12-31", "E5 2019-12-31 2020-01-01 #0 before_first_role");

    let left = "role minister departement 2020-01-01 2022-12-15";
    check(left, "out 2022-12-16", "M25 2047-12-16 2048-01-01 #0 after_last_role");
    check(left, "out 2019-12-31", "M25 2044-12-31 2045-01-01 #0 before_first_role");
    // The gap takes the nearest two, not the longest of all.
    let gap = "role minister departement 2018-01-01 2018-12-31
               role medarbejder departement 2019-01-01 2019-12-31
               role kontorchef departement 2021-01-01 2021-12-31";
    check(gap, "out 2020-06-01", "C10 2030-06-01 2030-07-01 #0 role_gap");
    check(gap, "out 2022-06-01", "C10 2032-06-01 2032-07-01 #0 after_last_role");
}

#[test]
fn the_longer_role_wins() {
    // One ends on the day the other begins, in either order of rank.
    let up = "role fuldmaegtig departement 2015-01-01 2020-05-10
              role kontorchef departement 2020-05-10";
    check(up, "out 2020-05-09", "E5 2025-05-09 2025-06-01 #0");
    check(up, "out 2020-05-10", "C10 2030-05-10 2030-06-01 #0");
    let down = "role minister departement 2015-01-01 2020-05-10
                role medarbejder departement 2020-05-10";
    check(down, "out 2020-05-10", "M25 2045-05-10 2045-06-01 #0");
    check(down, "out 2020-05-11", "E5 2025-05-11 2025-06-01 #0");
    let overlap = "role chef styrelse 37 2015-01-01
                   role chef styrelse 38 2019-01-01 2020-12-31";
    check(overlap, "out 2018-06-01", "C10u 2028-06-01 2028-07-01 #0");
    check(overlap, "out 2019-06-01", "C10 2029-06-01 2029-07-01 #0");
    check(overlap, "out 2021-06-01", "C10u 2031-06-01 2031-07-01 #0");
    let stamp = at(&register(overlap), "out 2019-06-01", None);
    assert!(stamp.rules.contains(Rule::RoleOverlap));
    assert!(!at(&register(overlap), "out 2018-06-01", None).rules.contains(Rule::RoleOverlap));
    // The same class twice: the register entry that leaves no doubt speaks.
    check(
        "role chef styrelse 2015-01-01
         role chef styrelse 38 2015-01-01",
        "out 2016-01-01",
        "C10 2026-01-01 2026-02-01 #0",
    );
}

#[test]
fn a_role_gets_its_last_day_later() {
    check(
        "role minister departement 2020-01-01
         role kontorchef departement 2022-12-16
         end 1 2022-12-15",
        "out 2022-12-16",
        "C10 2032-12-16 2033-01-01 #0",
    );
}

#[test]
fn events_and_tenures() {
    let phone = "role medarbejder styrelse 2020-01-01
                 event phone-changed:2022-06-15
                 event retired-post:2022-01-01
                 event lossy-update:2024-02-29
                 event phone-changed:2024-02-29
                 event resigned:2025-01-31";
    check(phone, "out 2021-03-01", "E5 2026-03-01 2022-07-01 #0");
    check(phone, "out 2022-06-15", "E5 2027-06-15 2022-07-01 #0");
    check(phone, "out 2022-06-16", "E5 2027-06-16 2024-03-01 #1");
    check(phone, "out 2024-02-29", "E5 2029-03-01 2024-03-01 #1");
    check(phone, "out 2024-03-01", "E5 2029-03-01 2025-02-01 #2");
    check(phone, "out 2025-02-01", "E5 2030-02-01 2030-03-01 #3");
    // A manager's tenures are counted too, and end nothing.
    let chief = phone.replace("medarbejder styrelse", "kontorchef departement");
    check(&chief, "out 2022-06-16", "C10 2032-06-16 2032-07-01 #1");
    // Promotion: the old message keeps the class in which it was written.
    let promoted = "role medarbejder departement 2020-01-01 2022-12-31
                    role minister departement 2023-01-01
                    event phone-changed:2023-05-05";
    check(promoted, "out 2022-12-31", "E5 2027-12-31 2023-06-01 #0");
    check(promoted, "out 2023-01-01", "M25 2048-01-01 2048-02-01 #0");
}

#[test]
fn events_of_one_device() {
    let two = register(
        "role medarbejder styrelse 2020-01-01
         device F2LX 2020-01-01
         device C39Y 2020-01-01
         event phone-changed:2022-06-15 2
         event resigned:2025-01-31",
    );
    for (device, expected) in [(Some(2), "2022-07-01"), (Some(3), "2025-02-01"), (None, "2025-02-01")] {
        let stamp = at(&two, "out 2021-01-01", device);
        assert_eq!(stamp.disposal_from.to_string(), expected, "{device:?}");
        assert_eq!(stamp.bucket.device, device);
    }
    assert_eq!(at(&two, "out 2023-01-01", Some(2)).bucket.tenure, 1);
    assert_eq!(at(&two, "out 2023-01-01", Some(3)).bucket.tenure, 0);
}

#[test]
fn which_time_counts() {
    let post = "role medarbejder styrelse 2010-01-01";
    check(post, "in 2024-01-31 2024-02-01", "E5 2029-02-01 2029-03-01 #0");
    check(post, "out 2024-01-31 2024-02-01", "E5 2029-01-31 2029-02-01 #0");
    check(post, "in 2024-01-31 -", "E5 2029-01-31 2029-02-01 #0");
    check(post, "in - 2024-02-01", "E5 2029-02-01 2029-03-01 #0");
    check(post, "out - 2024-02-01", "E5 2029-02-01 2029-03-01 #0 other_time");
    check(post, "in 2024-01-31 1970-01-01", "E5 2029-01-31 2029-02-01 #0 other_time");
    check(post, "out 2001-01-01 2024-02-01", "E5 2029-02-01 2029-03-01 #0 other_time");
    check(post, "in 2001-01-01 2024-02-01", "E5 2029-02-01 2029-03-01 #0");
}

#[test]
fn unusable_times() {
    let post = "role medarbejder styrelse 2010-01-01
                event resigned:2026-10-31";
    check(post, "out - -", "E5 2031-11-24 2031-12-01 #1 time_missing");
    check(post, "in - -", "E5 2031-11-24 2031-12-01 #1 time_missing");
    check(post, "out 1970-01-01", "E5 2031-11-24 2031-12-01 #1 time_implausible");
    check(post, "out 2001-01-01", "E5 2031-11-24 2031-12-01 #1 time_implausible");
    check(post, "out 2006-12-31T22:59:59.999Z", "E5 2031-11-24 2031-12-01 #1 time_implausible");
    check(post, "out 2006-12-31T23:00:00Z", "E5 2012-01-01 2012-02-01 #0 before_first_role");
    // A day ahead of the ingest date is a clock, two are a fault.
    check(post, "out 2026-11-25T22:59:59Z", "E5 2031-11-25 2031-12-01 #1");
    check(post, "out 2026-11-25T23:00:00Z", "E5 2031-11-24 2031-12-01 #1 time_implausible");
    check(post, "out 2099-01-01", "E5 2031-11-24 2031-12-01 #1 time_implausible");
    // The longest role held by the ingest date, not that of the ingest date, nor a later one.
    let roles = "role kontorchef departement 2015-01-01 2018-12-31
                 role medarbejder departement 2019-01-01
                 role minister departement 2027-01-01";
    check(roles, "out - -", "C10 2036-11-24 2036-12-01 #0 time_missing");
    check("role minister departement 2027-01-01", "out - -", "M25 2051-11-24 2051-12-01 #0 time_missing");

    let stamp = at(&register(post), "out - -", None);
    assert!(stamp.review() && stamp.date == INGEST.parse().unwrap());
    assert!(stamp.rules.contains(Rule::TimeUnusable) && stamp.rules.contains(Rule::LongestRoleHeld));
    assert!(!stamp.rules.contains(Rule::FromSent));
    assert!(!at(&register(post), "out 2024-01-01", None).review());
    for extreme in [i64::MIN, i64::MAX] {
        let message = MessageTime { direction: Direction::In, sent: Some(extreme), received: Some(extreme) };
        let register = register(post);
        let custodian = register.custodian(WHO).unwrap();
        let stamp =
            policy::stamp(custodian, &Policy::default(), message, None, INGEST.parse().unwrap()).unwrap();
        assert!(stamp.doubts.contains(Doubt::TimeImplausible));
    }
}

#[test]
fn buckets() {
    let post = register("role medarbejder styrelse 2010-01-01");
    for (time, month) in [
        ("out 2024-02-28", "2024-02-01"),
        ("out 2024-02-29", "2024-03-01"),
        ("out 2024-03-01", "2024-03-01"),
        ("out 2024-12-31T23:30:00Z", "2025-01-01"),
    ] {
        let bucket = at(&post, time, None).bucket;
        assert_eq!(bucket.month.to_string(), month, "{time}");
        for device in [None, Some(7)] {
            let bucket = Bucket { device, ..bucket };
            let label = bucket.encode_label(WHO);
            assert_eq!(Bucket::decode_label(&label), Some((WHO.to_owned(), bucket)));
            assert_eq!(Bucket::decode_label(&[&label[..], &[0]].concat()), None);
        }
    }
    assert_eq!(Bucket::decode_label(&[]), None);
}

#[test]
fn expired() {
    let stamp = at(&register("role medarbejder styrelse 2010-01-01"), "out 2020-01-15", None);
    assert!(!stamp.expired("2025-01-31".parse().unwrap()));
    assert!(stamp.expired("2025-02-01".parse().unwrap()));
}

#[test]
fn no_stamp_without_a_role_or_with_an_impossible_day() {
    let bare = register("number +4540112233 2020-01-01");
    let message = MessageTime { direction: Direction::Out, sent: Some(0), received: None };
    let policy = Policy::default();
    let none = stamp(bare.custodian(WHO).unwrap(), &policy, message, None, INGEST.parse().unwrap());
    assert!(matches!(none, Err(StampFault::NoRole(_))));
    let held = register("role minister departement 2020-01-01");
    let late = stamp(held.custodian(WHO).unwrap(), &policy, message, None, "9999-12-31".parse().unwrap());
    assert!(matches!(late, Err(StampFault::Ingest(_))));
}

/// The register's stamp and the answer to a single question are the same, for every class, over
/// years of nights around midnight.
#[test]
fn stamp_and_answer_agree() {
    let events = "resigned:2025-03-31 retired-post:2023-01-01 phone-changed:2022-02-28";
    for who in ["minister departement", "kontorchef departement", "chef styrelse 37", "chef anden 36"] {
        let lines: String = events.split(' ').map(|e| format!("\nevent {e}")).collect();
        let register = register(&format!("role {who} 2007-01-01{lines}"));
        let custodian = register.custodian(WHO).unwrap();
        let policy::RolePeriod { role, .. } = custodian.roles()[0];
        for unlisted_chiefs in [UnlistedChiefs::Keep, UnlistedChiefs::Letter] {
            let policy = Policy { unlisted_chiefs, ..Policy::default() };
            let stamper = Stamper::new(custodian, &policy, None, INGEST.parse().unwrap()).unwrap();
            for half_hour in (0..365 * 48 * 9).step_by(7) {
                let sent = ms("2017-01-01") + half_hour * 1_800_000;
                let stamp = stamper.stamp(MessageTime {
                    direction: Direction::Out,
                    sent: Some(sent),
                    received: None,
                });
                let events: Vec<Event> = events.split(' ').map(|e| e.parse().unwrap()).collect();
                let sent = civil_date(sent).unwrap();
                let answer = Answer::of(&policy, &Question { role, sent, received: None, events }).unwrap();
                assert_eq!(
                    (stamp.class, stamp.retain_until, stamp.disposal_from),
                    (answer.class, answer.retain_until, answer.disposal_from)
                );
                assert_eq!(stamp.rules.iter().map(|r| r.to_string()).collect::<Vec<_>>(), answer.rules);
            }
        }
    }
    assert_eq!(parse_civil_date("2017-01-01").unwrap(), civil_date(ms("2017-01-01")).unwrap());
    assert_eq!(Class::ALL.len(), 4);
}

/// Against what `scripts/vectors.py` wrote.
#[test]
fn labels_of_buckets_are_those_of_the_other_implementation() {
    let month = |y, m| jiff::civil::date(y, m, 1);
    let buckets = [
        ("min", Bucket { class: Class::M25, month: month(2026, 1), device: Some(8), tenure: 2 }),
        ("æ", Bucket { class: Class::E5, month: month(1969, 12), device: None, tenure: 0 }),
    ];
    let lines: Vec<_> = include_str!("../../../fixtures/vectors/store/labels.txt").lines().collect();
    assert_eq!(lines.len(), buckets.len());
    for ((custodian, bucket), line) in buckets.into_iter().zip(lines) {
        let label = bucket.encode_label(custodian);
        assert_eq!(label.iter().map(|b| format!("{b:02x}")).collect::<String>(), line);
        assert_eq!(Bucket::decode_label(&label), Some((custodian.to_owned(), bucket)));
    }
}
