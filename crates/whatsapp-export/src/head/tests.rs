use super::*;

/// Wall time in the first order that fits, the end, and the rest.
#[track_caller]
fn check(line: &str, expected: &str) {
    let shown = match parse(line) {
        None => "none".to_owned(),
        Some(head) => {
            let wall = head.shape.orders().iter().find_map(|o| head.wall(*o));
            let stamp = wall.and_then(|w| model::Stamp::unix_millis(w * 1000).rfc3339());
            let stamp = stamp.map_or("impossible".to_owned(), |s| s[..19].to_owned());
            format!("{stamp} {:?} {}", head.shape.end, &line[head.rest..])
        }
    };
    assert_eq!(shown, expected, "{line:?}");
}

#[test]
fn danish() {
    check("22.11.2021 14.32 - Mette: Hej", "2021-11-22T14:32:00 Dash Mette: Hej");
    check("[22.11.2021 14.32.05] Mette: Hej", "2021-11-22T14:32:05 Bracket Mette: Hej");
    check("\u{200e}[22.11.2021 14.32.05] Mette: Hej", "2021-11-22T14:32:05 Bracket Mette: Hej");
    check("22.11.2021, 14.32 - Mette: Hej", "2021-11-22T14:32:00 Dash Mette: Hej");
    check("22.11.2021 kl. 14.32 - Mette: Hej", "2021-11-22T14:32:00 Dash Mette: Hej");
    check("22.11.2021 14.32 -", "2021-11-22T14:32:00 Dash ");
    check("22-11-2021 14:32 - Mette: Hej", "2021-11-22T14:32:00 Dash Mette: Hej");
}

#[test]
fn other_languages() {
    check("22/11/2021, 14:32 - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("11/22/21, 2:32\u{202f}PM - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("[11/22/21, 12:02:05 AM] A: b", "2021-11-22T00:02:05 Bracket A: b");
    check("22.11.21, 14:32 - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("2021-11-22 14:32 - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("2021-11-22 14.32 - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("[2021-11-22 14:32:05] A: b", "2021-11-22T14:32:05 Bracket A: b");
    check("2021-11-22 14 h 32 - A: b", "none");
    check("22/11/2021 2:32 p.\u{a0}m. - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("[14:56:01, 3/18/22] A: b", "2022-03-18T14:56:01 Bracket A: b");
    check("[3/18/2565 BE, 14:56:01] A: b", "2022-03-18T14:56:01 Bracket A: b");
    check("[3/18/R4, 14:56:01] A: b", "2022-03-18T14:56:01 Bracket A: b");
    check("[12.3.2022 klo 14.08.18] A: b", "2022-03-12T14:08:18 Bracket A: b");
    check("21.11.22 г., 14:32 - A: b", "2022-11-21T14:32:00 Dash A: b");
    check("2021. 11. 22. 오후 2:32 - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("2021/11/22 下午2:32 - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("3. 8. 2021 9:05 - A: b", "2021-08-03T09:05:00 Dash A: b");
    check("21/05/17, 12:34:56: A: b", "2017-05-21T12:34:56 Colon A: b");
    check("[٢٧\u{200f}/٣\u{200f}/٢٠٢٢، ٩:٤١:٣٥ م] A: b", "2022-03-27T21:41:35 Bracket A: b");
    check("۲۲/۱۱/۲۰۲۱ ۱۴:۳۲ - A: b", "2021-11-22T14:32:00 Dash A: b");
    check("२२/११/२०२१, १४:३२ - A: b", "2021-11-22T14:32:00 Dash A: b");
}

#[test]
fn no_heads() {
    for line in [
        "",
        "hej",
        "-",
        "[",
        "[]",
        "12",
        "14.32 - budget",
        "22.11.2021",
        "22.11.2021 14.32",
        "22.11.2021 14.32-16.00 møde",
        "22.11.2021 - budget",
        "22.11.2021 14.3 - x",
        "22.11.2021 24.00 - x",
        "22.11.2021 14.60 - x",
        "222.11.2021 14.32 - x",
        "22.11.12021 14.32 - x",
        "22.11/2021 14.32 - x",
        "[22.11.2021 14.32.05 Mette: Hej",
        "[22.11.2021 14.32.05]Mette: Hej",
        "22.11.2021 14.32: x",
        "1. punkt - 2",
        "192.168.10.100 14.32 - x",
    ] {
        check(line, "none");
    }
    check("31.02.2021 14.32 - x", "impossible Dash x");
    check("22.11.1893 14.32 - x", "impossible Dash x");
}
