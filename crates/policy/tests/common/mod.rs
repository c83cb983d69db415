//! A register written as text, one entry a line: `role POST KIND [GRADE] FROM [TO]`,
//! `end ENTRY TO`, `device SERIAL FROM [TO]`, `number N FROM`, `unplug ENTRY TO`,
//! `event KIND:DATE [DEVICE]`, `nocopy MONTH`, `withdraw ENTRY`, `correct ENTRY LINE`.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used)]

use policy::{Change, Event, Handle, Personal, Register, RegisterEvent, RegisterFault, Role};

pub const WHO: &str = "m-1";

pub fn change(line: &str) -> Change {
    let words: Vec<&str> = line.split_whitespace().collect();
    let day = |at: usize| words.get(at).map(|d| d.parse().unwrap());
    let text = |at: usize| Personal::new(words[at]);
    match words[0] {
        "person" => Change::CustodianAdded { name: text(1) },
        "role" => {
            let graded = words.get(3).is_some_and(|w| !w.contains('-'));
            let pay_grade = graded.then(|| words[3].parse().unwrap());
            let role =
                Role { post: words[1].parse().unwrap(), authority: words[2].parse().unwrap(), pay_grade };
            let at = 3 + usize::from(graded);
            Change::RoleAdded { role, from: day(at).unwrap(), to: day(at + 1) }
        }
        "end" => Change::RoleEnded { role: words[1].parse().unwrap(), to: day(2).unwrap() },
        "device" => {
            Change::DeviceRegistered { handle: Handle::Serial(text(1)), from: day(2).unwrap(), to: day(3) }
        }
        "number" => {
            Change::DeviceRegistered { handle: Handle::Number(text(1)), from: day(2).unwrap(), to: day(3) }
        }
        "unplug" => Change::DeviceEnded { device: words[1].parse().unwrap(), to: day(2).unwrap() },
        "event" => {
            let event: Event = words[1].parse().unwrap();
            Change::EventRecorded(Event { device: words.get(2).map(|d| d.parse().unwrap()), ..event })
        }
        "nocopy" => Change::NoCopy { month: day(1).unwrap(), reason: Personal::new("phone abroad") },
        "withdraw" => Change::Corrected { of: words[1].parse().unwrap(), with: None },
        "correct" => Change::Corrected {
            of: words[1].parse().unwrap(),
            with: Some(Box::new(change(&words[2..].join(" ")))),
        },
        other => panic!("{other}"),
    }
}

pub fn entry(line: &str) -> RegisterEvent {
    RegisterEvent { custodian: WHO.into(), change: change(line), reference: None }
}

/// The register of [`WHO`], entry 0 being the person, and what became of the last line.
pub fn try_register(lines: &str) -> (Register, Result<u64, RegisterFault>) {
    let mut register = Register::default();
    let mut last = register.apply(entry("person Karen"));
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        last.unwrap();
        last = register.apply(entry(line));
    }
    (register, last)
}

pub fn register(lines: &str) -> Register {
    let (register, last) = try_register(lines);
    last.unwrap();
    register
}
