use super::*;

#[track_caller]
fn check(form: Form, pattern: &str, zone: &str, text: &str, expected: &str) {
    let given = |s: &str| (!s.is_empty()).then(|| s.to_owned());
    let spec = TimeSpec { form, pattern: given(pattern), zone: given(zone) };
    let shown = match TimeForm::of(&spec) {
        Err(why) => why,
        Ok(form) => match form.read(text, ',') {
            Err(why) => why.to_owned(),
            Ok(Read { stamp, doubt }) => {
                format!("{}{}", stamp.rfc3339().unwrap(), doubt.map(|d| format!(" {d}")).unwrap_or_default())
            }
        },
    };
    assert_eq!(shown, expected);
}

#[test]
fn danish_patterns() {
    let zone = "Europe/Copenhagen";
    let p = |pattern: &str, text: &str, expected: &str| check(Form::Pattern, pattern, zone, text, expected);
    p("dd-MM-yyyy HH:mm:ss", "31-01-2026 13:34:56", "2026-01-31T12:34:56.000Z");
    p("d.M.yyyy 'kl.' H.mm", "3.3.2026 kl. 9.05", "2026-03-03T08:05:00.000Z");
    p("EEEE 'den' d. MMMM yyyy HH:mm", "tirsdag den 3. marts 2026 14:05", "2026-03-03T13:05:00.000Z");
    p("d. MMM yyyy HH:mm", "3. jul. 2026 14:05", "2026-07-03T12:05:00.000Z");
    p("dd/MM/yy HH:mm[:ss[,SSS]]", "03/07/26 14:05", "the pattern has brackets that do not fit");
    p("dd/MM/yy HH:mm[:ss]", "03/07/26 14:05:09", "2026-07-03T12:05:09.000Z");
    p("dd/MM/yy HH:mm[:ss]", "03/07/26 14:05", "2026-07-03T12:05:00.000Z");
    p("M/d/yyyy h:mm a", "7/3/2026 12:05 AM", "2026-07-02T22:05:00.000Z");
    p("dd-MM-yyyy HH:mm", "31-02-2026 13:34", "is no day or time that exists");
    p("dd-MM-yyyy HH:mm", "31-01-2026 13:34:56", "has more than the pattern");
    p("dd-MM-yyyy HH:mm", "2026-01-31 13:34", "does not fit the pattern");
    p("dd-MM-yyyy", "31-01-2026", "the pattern needs an hour: a day alone is no time");
}

#[test]
fn zones() {
    check(
        Form::Pattern,
        "dd-MM-yyyy HH:mm",
        "",
        "",
        "the zone is missing: give zone = \"Europe/Copenhagen\", \"UTC\" or an offset",
    );
    check(Form::Pattern, "dd-MM-yyyy HH:mm", "UTC", "31-01-2026 13:34", "2026-01-31T13:34:00.000Z");
    check(Form::Pattern, "dd-MM-yyyy HH:mm", "+01:00", "31-07-2026 13:34", "2026-07-31T12:34:00.000Z");
    check(Form::Pattern, "dd-MM-yyyy HH:mmXXX", "", "31-07-2026 13:34+02:00", "2026-07-31T11:34:00.000Z");
    check(
        Form::Pattern,
        "dd-MM-yyyy HH:mm",
        "Europe/Copenhagen",
        "25-10-2026 02:30",
        "2026-10-25T00:30:00.000Z time_ambiguous",
    );
    check(
        Form::Pattern,
        "dd-MM-yyyy HH:mm",
        "Europe/Copenhagen",
        "29-03-2026 02:30",
        "2026-03-29T01:30:00.000Z time_in_gap",
    );
    check(Form::Iso8601, "", "", "2026-01-31T13:34:56+01:00", "2026-01-31T12:34:56.000Z");
    check(Form::Iso8601, "", "", "2026-01-31 13:34:56", "has no zone, and the mapping gives none");
    check(Form::Iso8601, "", "UTC", "2026-01-31 13:34:56,789", "2026-01-31T13:34:56.789Z");
    check(Form::Iso8601, "", "UTC", "2026-01-31", "a day alone is no time");
}

#[test]
fn numbers() {
    check(Form::EpochS, "", "", "1769862896", "2026-01-31T12:34:56.000Z");
    check(Form::EpochS, "", "", "1769862896,789", "2026-01-31T12:34:56.789Z");
    check(Form::EpochMs, "", "", "1769862896789", "2026-01-31T12:34:56.789Z");
    check(Form::EpochMs, "", "", "1769862896789.5", "not a number");
    check(Form::AppleS, "", "", "791555696", "2026-01-31T12:34:56.000Z");
    check(Form::AppleNs, "", "", "791555696123456789", "2026-01-31T12:34:56.123Z");
    check(Form::ExcelDays, "", "UTC", "46053,5", "2026-01-31T12:00:00.000Z");
    check(Form::EpochS, "", "UTC", "1", "this form has its own zone: leave zone out");
    check(Form::Rfc2822, "", "", "Sat, 31 Jan 2026 13:34:56 +0100", "2026-01-31T12:34:56.000Z");
    check(Form::Rfc2822, "", "", "Mon, 31 Jan 2026 13:34:56 +0100", "2026-01-31T12:34:56.000Z");
}
