//! The decision table of docs/RETENTION.md against the code, and the answer to one message.
#![allow(missing_docs, clippy::unwrap_used)]

use policy::{
    Answer, AuthorityKind, Class, Code, Event, PayGrade, Policy, Post, Question, Role, Rule, UnlistedChiefs,
    parse_civil_date, standing,
};

const KEEP: fn() -> Policy = Policy::default;

fn letter() -> Policy {
    Policy { unlisted_chiefs: UnlistedChiefs::Letter, ..Policy::default() }
}

fn role(text: &str) -> Role {
    let mut words = text.split_whitespace();
    let post = words.next().unwrap().parse().unwrap();
    let authority = words.next().unwrap().parse().unwrap();
    Role { post, authority, pay_grade: words.next().map(|grade| grade.parse().unwrap()) }
}

fn question(who: &str, when: &str) -> Question {
    let mut times = when.split_whitespace().map(|t| parse_civil_date(t).unwrap());
    Question { role: role(who), sent: times.next().unwrap(), received: times.next(), events: vec![] }
}

/// Every line of the document, every column, every authority; and no combination is missing.
#[test]
fn the_documented_table_is_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/RETENTION.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = text.split("<!-- decision table").nth(1).unwrap().split("<!-- end of").next().unwrap();
    let grades: [&[Option<u8>]; 4] =
        [&[None], &[Some(1), Some(36)], &[Some(37)], &[Some(38), Some(39), Some(99)]];
    let mut seen = std::collections::BTreeSet::new();
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let post: Post = cells[1].trim_matches('`').parse().unwrap();
        for authority in cells[2].split(',') {
            let authority: AuthorityKind = authority.parse().unwrap();
            assert!(seen.insert((post, authority)), "{line}");
            for (column, grades) in grades.iter().enumerate() {
                let expected = Class::from_name(cells[3 + column]).unwrap();
                for grade in *grades {
                    let pay_grade = grade.map(|grade| PayGrade::new(grade).unwrap());
                    let role = Role { post, authority, pay_grade };
                    for policy in [KEEP(), letter()] {
                        assert_eq!(standing(&policy, role).class, expected, "{role:?}");
                    }
                }
            }
        }
    }
    assert_eq!(seen.len(), Post::ALL.len() * AuthorityKind::ALL.len());
}

#[test]
fn classes() {
    for (class, years, monthly, keep_ends, letter_ends) in [
        (Class::M25, 25, true, false, false),
        (Class::C10, 10, false, false, false),
        (Class::C10u, 10, false, false, true),
        (Class::E5, 5, false, true, true),
    ] {
        assert_eq!((class.years(), class.monthly_copy()), (years, monthly), "{class}");
        assert_eq!(class.ends_on_departure(&KEEP()), keep_ends, "{class}");
        assert_eq!(class.ends_on_departure(&letter()), letter_ends, "{class}");
        assert_eq!(Class::from_name(class.name()), Some(class));
        assert_eq!(Class::from_code(class.code()), Some(class));
    }
    assert!(Class::E5 < Class::C10u && Class::C10u < Class::C10 && Class::C10 < Class::M25);
}

#[track_caller]
fn check_rules(policy: Policy, who: &str, expected: &str) {
    let rules: Vec<_> = standing(&policy, role(who)).rules.iter().map(Rule::id).collect();
    assert_eq!(rules.join(" "), expected, "{who}");
}

#[test]
fn rules_of_roles() {
    check_rules(
        KEEP(),
        "minister departement",
        "post-minister-adviser-permanent-secretary years-25 monthly-copy survives-departure",
    );
    check_rules(
        KEEP(),
        "minister styrelse",
        "post-minister-adviser-permanent-secretary post-outweighs-authority years-25 monthly-copy survives-departure",
    );
    check_rules(
        KEEP(),
        "kontorchef departement 37",
        "manager-by-title listed-department years-10 survives-departure",
    );
    check_rules(
        KEEP(),
        "kontorchef departement 36",
        "manager-by-title title-outweighs-grade-below-lr-37 listed-department years-10 survives-departure",
    );
    check_rules(
        KEEP(),
        "chef styrelse 38",
        "manager-from-lr-37 listed-from-lr-38 years-10 survives-departure",
    );
    check_rules(
        KEEP(),
        "chef styrelse 37",
        "manager-from-lr-37 manager-not-listed unlisted_chiefs=keep years-10 survives-departure",
    );
    check_rules(
        letter(),
        "chef anden 37",
        "manager-from-lr-37 manager-not-listed unlisted_chiefs=letter years-10 ends-on-departure",
    );
    check_rules(
        KEEP(),
        "vicedirektoer styrelse",
        "manager-by-title pay-grade-missing-longer-reading listed-from-lr-38 years-10 survives-departure",
    );
    check_rules(KEEP(), "chef styrelse 36", "no-manager-below-lr-37 years-5 ends-on-departure");
    check_rules(KEEP(), "fuldmaegtig departement 32", "expressly-no-manager years-5 ends-on-departure");
    check_rules(
        KEEP(),
        "kontorleder departement 38",
        "expressly-no-manager grade-alone-makes-no-manager years-5 ends-on-departure",
    );
    check_rules(KEEP(), "medarbejder anden", "employee years-5 ends-on-departure");
}

#[track_caller]
fn check(policy: Policy, who: &str, when: &str, events: &str, expected: &str) {
    let events: Vec<Event> = events.split_whitespace().map(|e| e.parse().unwrap()).collect();
    let Answer { retain_until, disposal_from, .. } =
        Answer::of(&policy, &Question { events, ..question(who, when) }).unwrap();
    assert_eq!(format!("{retain_until} {disposal_from}"), expected, "{who}, {when}");
}

#[test]
fn dates() {
    let minister = "minister departement";
    let officer = "fuldmaegtig departement";
    check(KEEP(), minister, "2026-01-31T12:34:56.789Z", "", "2051-01-31 2051-02-01");
    check(KEEP(), "kontorchef departement 37", "2026-03-15", "", "2036-03-15 2036-04-01");
    check(KEEP(), officer, "2026-03-15", "", "2031-03-15 2031-04-01");
    // 29 February moves forward, and only where the target year has none.
    check(KEEP(), officer, "2024-02-29", "", "2029-03-01 2029-04-01");
    check(KEEP(), "kontorchef departement 37", "2024-02-29", "", "2034-03-01 2034-04-01");
    check(KEEP(), minister, "2024-02-29", "", "2049-03-01 2049-04-01");
    check(KEEP(), minister, "2024-02-28", "", "2049-02-28 2049-03-01");
    check(KEEP(), minister, "2024-02-28T23:30:00Z", "", "2049-03-01 2049-04-01");
    // The Danish date counts, not the UTC one.
    check(KEEP(), minister, "2026-12-31T22:59:59.999Z", "", "2051-12-31 2052-01-01");
    check(KEEP(), minister, "2026-12-31T23:30:00Z", "", "2052-01-01 2052-02-01");
    check(KEEP(), officer, "2026-06-30T22:30:00Z", "", "2031-07-01 2031-08-01");
    check(KEEP(), officer, "2026-06-30T21:30:00Z", "", "2031-06-30 2031-07-01");
    // The nights of summer time.
    check(KEEP(), officer, "2026-03-28T23:30:00Z", "", "2031-03-29 2031-04-01");
    check(KEEP(), officer, "2026-03-31T22:30:00Z", "", "2031-04-01 2031-05-01");
    check(KEEP(), officer, "2026-10-25T22:30:00Z", "", "2031-10-25 2031-11-01");
    check(KEEP(), officer, "2026-10-31T23:30:00Z", "", "2031-11-01 2031-12-01");
    // An incoming message counts from receiving.
    check(KEEP(), officer, "2026-01-31 2026-02-01", "", "2031-02-01 2031-03-01");
    check(KEEP(), officer, "2026-12-31T22:59:00Z 2026-12-31T23:01:00Z", "", "2032-01-01 2032-02-01");
}

#[test]
fn events() {
    let officer = "fuldmaegtig departement";
    let when = "2024-03-15";
    for kind in ["resigned", "phone-changed", "lossy-update"] {
        check(KEEP(), officer, when, &format!("{kind}:2026-05-10"), "2029-03-15 2026-06-01");
        // On the day, the day before, the last day, after the end.
        check(KEEP(), officer, when, &format!("{kind}:2024-03-15"), "2029-03-15 2024-04-01");
        check(KEEP(), officer, when, &format!("{kind}:2024-03-14"), "2029-03-15 2029-04-01");
        check(KEEP(), officer, when, &format!("{kind}:2029-03-15"), "2029-03-15 2029-04-01");
        check(KEEP(), officer, when, &format!("{kind}:2030-01-01"), "2029-03-15 2029-04-01");
        // Those whom 2.4 lists lose nothing.
        check(KEEP(), "kontorchef departement", when, &format!("{kind}:2026-05-10"), "2034-03-15 2034-04-01");
        check(KEEP(), "minister departement", when, &format!("{kind}:2026-05-10"), "2049-03-15 2049-04-01");
        check(KEEP(), "chef styrelse 38", when, &format!("{kind}:2026-05-10"), "2034-03-15 2034-04-01");
        // The fourth class goes by the policy.
        check(KEEP(), "chef styrelse 37", when, &format!("{kind}:2026-05-10"), "2034-03-15 2034-04-01");
        check(letter(), "chef styrelse 37", when, &format!("{kind}:2026-05-10"), "2034-03-15 2026-06-01");
        check(letter(), "chef styrelse 38", when, &format!("{kind}:2026-05-10"), "2034-03-15 2034-04-01");
    }
    check(KEEP(), officer, when, "retired-post:2026-05-10", "2029-03-15 2029-04-01");
    // The earliest that counts, in whatever order they are given.
    check(
        KEEP(),
        officer,
        when,
        "resigned:2028-01-31 phone-changed:2027-12-31 lossy-update:2023-01-01 retired-post:2025-01-01",
        "2029-03-15 2028-01-01",
    );
    // First and last day of a month.
    check(KEEP(), officer, when, "resigned:2026-12-01", "2029-03-15 2027-01-01");
    check(KEEP(), officer, when, "resigned:2026-11-30", "2029-03-15 2026-12-01");
}

#[track_caller]
fn check_json(policy: Policy, who: &str, when: &str, events: &str, expected: &str) {
    let events: Vec<Event> = events.split_whitespace().map(|e| e.parse().unwrap()).collect();
    let answer = Answer::of(&policy, &Question { events, ..question(who, when) }).unwrap();
    assert_eq!(serde_json::to_string(&answer).unwrap(), expected);
}

#[test]
fn json() {
    check_json(
        KEEP(),
        "minister departement",
        "2024-02-29",
        "resigned:2025-01-01",
        concat!(
            r#"{"class":"M25","years":25,"monthly_copy":true,"ends_on_departure":false,"#,
            r#""retain_until":"2049-03-01","disposal_from":"2049-04-01","rules":["#,
            r#""post-minister-adviser-permanent-secretary (guidelines May 2024, 2.3)","#,
            r#""years-25 (guidelines May 2024, 2.3)","monthly-copy (guidelines May 2024, 2.3)","#,
            r#""survives-departure (guidelines May 2024, 2.4)","#,
            r#""period-from-sent (guidelines May 2024, 2.1-2.3)","#,
            r#""missing-day-moves-forward (RETENTION.md, dates)","#,
            r#""disposal-from-next-month (RETENTION.md, dates)"]}"#
        ),
    );
    check_json(
        KEEP(),
        "medarbejder anden",
        "2024-03-01 2024-03-02",
        "retired-post:2024-06-01 phone-changed:2025-07-31",
        concat!(
            r#"{"class":"E5","years":5,"monthly_copy":false,"ends_on_departure":true,"#,
            r#""retain_until":"2029-03-02","disposal_from":"2025-08-01","rules":["#,
            r#""employee (guidelines May 2024, 2.1)","years-5 (guidelines May 2024, 2.1)","#,
            r#""ends-on-departure (guidelines May 2024, 2.1 and 2.4)","#,
            r#""period-from-received (guidelines May 2024, 2.1-2.3)","#,
            r#""ended-by-phone-changed (guidelines May 2024, 2.1)","#,
            r#""retired-post-ends-nothing (RETENTION.md, events)","#,
            r#""disposal-from-next-month (RETENTION.md, dates)"]}"#
        ),
    );
}

#[test]
fn dates_outside_the_calendar_are_refused() {
    let far = "9999-12-31".parse().unwrap();
    let fits = question("minister departement", "2026-01-01");
    assert!(Answer::of(&KEEP(), &fits).is_ok());
    assert!(Answer::of(&KEEP(), &Question { sent: far, ..fits.clone() }).is_err());
    assert!(Answer::of(&KEEP(), &Question { received: Some(far), ..fits.clone() }).is_err());
    let event = Event { kind: policy::EventKind::Resigned, date: far, device: None };
    assert!(Answer::of(&KEEP(), &Question { events: vec![event], ..fits }).is_err());
}
