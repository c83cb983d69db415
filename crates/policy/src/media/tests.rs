use super::*;

fn text(t: &str) -> Personal {
    Personal::new(t)
}

fn event(date: &str, change: MediaChange) -> MediaEvent {
    MediaEvent { number: "M-1".into(), date: date.parse().unwrap(), change, reference: None }
}

fn added(kind: MediumKind, months: u8) -> MediaChange {
    MediaChange::Added {
        kind,
        serial: text("S1"),
        level: Level::Secret,
        place: text("Boks 4"),
        holder: text("Anna Holm"),
        custodian: None,
        read_out_months: months,
    }
}

fn moved(place: &str) -> MediaChange {
    MediaChange::Moved { place: text(place), holder: text("Bo Dahl"), by: text("Anna Holm") }
}

fn register(changes: &[(&str, MediaChange)]) -> Result<MediaRegister, MediaFault> {
    let mut register = MediaRegister::default();
    for (i, (date, change)) in changes.iter().enumerate() {
        register.apply(i as u64, event(date, change.clone()))?;
    }
    Ok(register)
}

#[test]
fn movements_and_receipts() {
    let signed = |movement| MediaChange::ReceiptSigned { movement, by: text("Bo Dahl") };
    let r = register(&[
        ("2026-01-01", added(MediumKind::Usb, 0)),
        ("2026-01-05", moved("Skab 2")),
        ("2026-01-09", moved("Boks 4")),
        ("2026-01-06", signed(1)),
    ])
    .unwrap();
    let m = r.medium("M-1").unwrap();
    assert_eq!(m.place, text("Boks 4"));
    assert_eq!(
        (m.movements[0].from_place.expose(), m.movements[1].from_place.expose()),
        ("Boks 4", "Skab 2")
    );
    assert_eq!(m.receipts_missing().map(|m| m.number).collect::<Vec<_>>(), [2]);
    let check = |change: MediaChange, date: &str, fault| {
        let mut r = r.clone();
        assert_eq!(r.apply(9, event(date, change)), Err(fault));
    };
    check(signed(1), "2026-01-10", MediaFault::Signed);
    check(signed(3), "2026-01-10", MediaFault::Movement);
    check(signed(2), "2026-01-08", MediaFault::Order);
    check(moved("x"), "2026-01-08", MediaFault::Order);
    check(added(MediumKind::Usb, 0), "2026-01-10", MediaFault::Known);
}

#[test]
fn read_outs_fall_due() {
    let day = |d: &str| d.parse::<Date>().unwrap();
    let first = [("2026-01-31", added(MediumKind::Smart, 1))];
    let m = register(&first).unwrap().medium("M-1").unwrap().clone();
    assert_eq!(m.read_out_due(), Some(day("2026-02-28")));
    assert!(!m.is_overdue(day("2026-02-28")) && m.is_overdue(day("2026-03-01")));
    let read = MediaChange::ReadOut { by: text("Bo Dahl") };
    let m = register(&[first[0].clone(), ("2026-02-27", read)]).unwrap().medium("M-1").unwrap().clone();
    assert!(!m.is_overdue(day("2026-03-01")));
    let m = register(&[("2026-01-31", added(MediumKind::Phone, 0))]).unwrap().medium("M-1").unwrap().clone();
    assert_eq!(m.read_out_due(), None);
}

#[test]
fn destruction_is_the_end() {
    let destroyed = |witness: &str| MediaChange::Destroyed {
        method: text("Makuleret, DIN 66399 H-5"),
        by: text("Anna Holm"),
        witness: text(witness),
    };
    let first = ("2026-01-01", added(MediumKind::Smart, 1));
    let gone = [first.clone(), ("2026-01-02", moved("Makulator")), ("2026-01-03", destroyed("Bo Dahl"))];
    let mut r = register(&gone).unwrap();
    assert!(!r.medium("M-1").unwrap().is_overdue("2030-01-01".parse().unwrap()));
    assert_eq!(r.apply(8, event("2026-01-04", moved("x"))), Err(MediaFault::Destroyed));
    let signed = MediaChange::ReceiptSigned { movement: 1, by: text("Bo Dahl") };
    assert_eq!(r.apply(8, event("2026-01-04", signed)), Ok(()));
    assert_eq!(
        register(&[first, ("2026-01-03", destroyed("anna holm "))]).unwrap_err(),
        MediaFault::OnePerson
    );
}

#[test]
fn codes_are_never_recorded() {
    let check = |place: &str, refused: bool| {
        let result = register(&[("2026-01-01", added(MediumKind::Phone, 0)), ("2026-01-02", moved(place))]);
        assert_eq!(result.err(), refused.then_some(MediaFault::Code), "{place}");
    };
    check("Boks 4, kode 123456", true);
    check("Pin: 1234", true);
    check("adgangskoden er i kuvert; PIN=0000", true);
    check("pin1234", true);
    check("Boks 4, rum 1234", false);
    check("Kodelåst skab 2", false);
    check("Sikringsrum 3, hylde 12", false);
}
