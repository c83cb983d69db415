//! The register: entries, their bytes, corrections, replay.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{WHO, change, entry, register, try_register};
use policy::{Change, Class, DecodeFault, Personal, Policy, Register, RegisterEvent, RegisterFault};

fn all_kinds() -> Vec<RegisterEvent> {
    [
        "person Karen",
        "role minister departement 2020-01-01",
        "role chef styrelse 38 2015-01-01 2019-12-31",
        "end 1 2022-12-15",
        "device F2LX 2020-01-01",
        "number +4540112233 2020-01-01 2022-12-15",
        "unplug 4 2022-12-15",
        "event phone-changed:2021-06-01",
        "event resigned:2022-12-15 4",
        "nocopy 2021-07-01",
        "correct 7 event phone-changed:2021-06-02",
        "withdraw 10",
    ]
    .map(entry)
    .into_iter()
    .chain([RegisterEvent {
        reference: Some(Personal::new("F2-2026-17")),
        ..entry("role minister departement 2026-01-01")
    }])
    .collect()
}

#[test]
fn bytes_round_trip_and_stay() {
    for event in all_kinds() {
        assert_eq!(RegisterEvent::decode(&event.encode()), Ok(event));
    }
    // Written by hand from docs/RETENTION.md, section 9.
    let bytes = entry("role chef styrelse 38 1990-01-02").encode();
    assert_eq!(bytes, b"\x84\x01\x63m-1\xf6\x86\x02\x09\x02\x18\x26\x19\x1c\x8a\xf6");
    let bytes = entry("correct 1 event resigned:1990-01-02").encode();
    assert_eq!(bytes, b"\x84\x01\x63m-1\xf6\x83\x08\x01\x84\x06\x01\x19\x1c\x8a\xf6");
}

#[test]
fn other_bytes_are_refused() {
    for (bytes, expected) in [
        (&b""[..], DecodeFault::Malformed { at: 0 }),
        (b"\x84\x02", DecodeFault::Version { version: 2 }),
        (b"\x84\x01\x61m\xf6\x82\x09\x00", DecodeFault::Kind { kind: 9 }),
        // A correction in a correction.
        (b"\x84\x01\x61m\xf6\x83\x08\x01\x83\x08\x01\xf6", DecodeFault::Malformed { at: 10 }),
        // Trailing byte, long integer, indefinite text.
        (b"\x84\x01\x61m\xf6\x82\x01\x61K\x00", DecodeFault::Spelling),
        (b"\x84\x18\x01\x61m\xf6\x82\x01\x61K", DecodeFault::Spelling),
        (b"\x84\x01\x7f\x61m\xff\xf6\x82\x01\x61K", DecodeFault::Malformed { at: 2 }),
        // Post 13, a date in 1970, an array that is too long.
        (b"\x84\x01\x61m\xf6\x86\x02\x0d\x01\xf6\x19\x1c\x8a\xf6", DecodeFault::Malformed { at: 8 }),
        (b"\x84\x01\x61m\xf6\x83\x03\x01\x00", DecodeFault::Malformed { at: 9 }),
        (b"\x84\x01\x61m\xf6\x83\x01\x61K", DecodeFault::Malformed { at: 9 }),
    ] {
        assert_eq!(RegisterEvent::decode(bytes), Err(expected), "{bytes:02x?}");
    }
    assert!(RegisterEvent::decode(b"\x84\x01\x61m\xf6\x82\x01\x61K").is_ok());
    assert_eq!(RegisterEvent::decode(&vec![0; 70_000]), Err(DecodeFault::TooLong { have: 70_000 }));
}

#[track_caller]
fn check(lines: &str, expected: RegisterFault) {
    let (register, last) = try_register(lines);
    assert_eq!(last, Err(expected));
    // Nothing has changed: the same register without the last line.
    let kept = lines.trim_end().rsplit_once('\n').map_or("", |(kept, _)| kept);
    assert_eq!(register, common::register(kept));
}

#[test]
fn what_does_not_fit_changes_nothing() {
    check("person Tania", RegisterFault::Known);
    check("role minister departement 2020-01-02 2020-01-01", RegisterFault::Order);
    check("role minister departement 1989-12-31", RegisterFault::Bounds);
    check("event resigned:2020-01-01 5", RegisterFault::NoSuch { entry: 5, what: "device" });
    check("end 0 2020-01-01", RegisterFault::NoSuch { entry: 0, what: "role" });
    check("unplug 0 2020-01-01", RegisterFault::NoSuch { entry: 0, what: "device" });
    check("nocopy 2020-01-02", RegisterFault::Month);
    check("withdraw 1", RegisterFault::NoSuch { entry: 1, what: "entry" });
    check("correct 0 event resigned:2020-01-01", RegisterFault::Kind { entry: 0 });
    let role = "role minister departement 2020-01-01\n";
    check(&format!("{role}end 1 2019-01-01"), RegisterFault::Order);
    check(&format!("{role}end 1 2022-01-01\nend 1 2023-01-01"), RegisterFault::Ended { entry: 1 });
    check(&format!("{role}end 1 2022-01-01\nwithdraw 1"), RegisterFault::Dependent { entry: 2 });
    check(
        &format!("{role}end 1 2022-01-01\ncorrect 1 role minister departement 2022-01-02"),
        RegisterFault::Dependent { entry: 2 },
    );
    check(&format!("{role}correct 1 role minister departement 2022-01-02 2022-01-01"), RegisterFault::Order);
    check(&format!("{role}withdraw 0"), RegisterFault::Dependent { entry: 1 });

    let nested = Change::Corrected { of: 1, with: Some(Box::new(change("withdraw 0"))) };
    let mut held = register(role);
    let nested = RegisterEvent { change: nested, ..entry(role) };
    assert_eq!(held.apply(nested), Err(RegisterFault::Kind { entry: 1 }));
    let other = RegisterEvent { custodian: "m-2".into(), ..entry("withdraw 1") };
    assert_eq!(held.apply(other), Err(RegisterFault::NoSuch { entry: 1, what: "entry" }));
    let other = RegisterEvent { custodian: "m-2".into(), ..entry("event resigned:2020-01-01") };
    assert_eq!(held.apply(other), Err(RegisterFault::Unknown));
    for id in ["", " m", "m ", "a\nb", &"x".repeat(65)] {
        let named = RegisterEvent { custodian: id.into(), ..entry("person Karen") };
        assert_eq!(held.apply(named), Err(RegisterFault::Id), "{id:?}");
    }
    let named = RegisterEvent { custodian: "minister æ".into(), ..entry("person Karen") };
    assert_eq!(held.apply(named), Ok(2));
}

#[test]
fn corrections_replace_and_keep_the_log() {
    let held = register(
        "role medarbejder departement 2020-01-01
         end 1 2022-12-31
         correct 1 role minister departement 2020-02-01
         event resigned:2022-12-31
         correct 4 event resigned:2022-12-30
         correct 5 event resigned:2022-12-29",
    );
    let custodian = held.custodian(WHO).unwrap();
    let [role] = custodian.roles() else { panic!("one role") };
    assert_eq!((role.entry, role.from.to_string().as_str()), (1, "2020-02-01"));
    assert_eq!(role.to.unwrap().to_string(), "2022-12-31");
    assert_eq!(custodian.standing_on(&Policy::default(), role.from).unwrap().class, Class::M25);
    let [(number, event)] = custodian.events() else { panic!("one event") };
    assert_eq!((*number, event.date.to_string().as_str()), (4, "2022-12-29"));
    assert_eq!((held.corrected_by(1), held.corrected_by(4), held.corrected_by(2)), (Some(3), Some(6), None));
    assert_eq!(held.log().len(), 7);

    let withdrawn = register(
        "role minister departement 2020-01-01
         event resigned:2022-12-31
         withdraw 2",
    );
    assert!(withdrawn.custodian(WHO).unwrap().events().is_empty());
    assert_eq!(withdrawn.log().len(), 4);
}

#[test]
fn replay_gives_every_earlier_version() {
    let full = Register::replay(all_kinds()).unwrap();
    assert_eq!(full.version(), 13);
    let mut step = Register::default();
    assert_eq!((step.id(), full.as_of(0)), ([0; 32], Register::default()));
    for (n, event) in all_kinds().into_iter().enumerate() {
        let bytes = event.encode();
        assert_eq!(step.apply(RegisterEvent::decode(&bytes).unwrap()), Ok(n as u64));
        assert_eq!(full.as_of(n as u64 + 1), step);
        assert!(n == 12 || full.id() != step.id());
    }
    assert_eq!(full, step);
    assert_eq!(full.as_of(u64::MAX), full);
    let twice = all_kinds().into_iter().take(2).chain([entry("person Karen")]);
    assert_eq!(Register::replay(twice), Err((2, RegisterFault::Known)));
}

#[test]
fn devices() {
    let held = register(
        "device F2LX 2020-01-01 2022-06-15
         number +4540112233 2020-01-01
         device C39Y 2022-06-15",
    );
    let custodian = held.custodian(WHO).unwrap();
    assert_eq!(custodian.device_of_serial("C39Y").unwrap().entry, 3);
    assert_eq!(custodian.device_of_number("+4540112233").unwrap().entry, 2);
    assert!(custodian.device_of_serial("+4540112233").is_none());
    let on = |day: &str| custodian.devices_on(day.parse().unwrap()).map(|d| d.entry).collect::<Vec<_>>();
    assert_eq!(on("2019-12-31"), []);
    assert_eq!(on("2020-01-01"), [1, 2]);
    assert_eq!(on("2022-06-15"), [1, 2, 3]);
    assert_eq!(on("2022-06-16"), [2, 3]);
}

#[test]
fn months() {
    let held = register(
        "role minister departement 2025-11-15 2026-01-01
         role kontorchef departement 2026-03-31
         nocopy 2025-12-01",
    );
    let due = held.custodian(WHO).unwrap().months_due(&Policy::default(), "2026-04-02".parse().unwrap());
    let shown: Vec<_> =
        due.iter().map(|m| format!("{} {} {} {}", m.month, m.class, m.monthly_copy, m.excused)).collect();
    assert_eq!(
        shown,
        [
            "2025-11-01 M25 true false",
            "2025-12-01 M25 true true",
            "2026-01-01 M25 true false",
            "2026-03-01 C10 false false",
            "2026-04-01 C10 false false",
        ]
    );
    let custodian = held.custodian(WHO).unwrap();
    assert!(custodian.months_due(&Policy::default(), "2025-10-31".parse().unwrap()).is_empty());
    // A role that begins later in the month than `through` is not due yet.
    assert!(custodian.months_due(&Policy::default(), "2025-11-14".parse().unwrap()).is_empty());
}

#[test]
fn debug_shows_no_person() {
    let shown = format!("{:?}{:?}", Register::replay(all_kinds()).unwrap(), all_kinds());
    for person in ["Karen", "40112233", "F2LX", "phone abroad", "F2-2026"] {
        assert!(!shown.contains(person), "{person}");
    }
    assert!(shown.contains("[content]") && shown.contains(WHO));
}
