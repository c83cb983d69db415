use super::*;

#[track_caller]
fn check(samples: &[&str], expected: &str) {
    let samples: Vec<String> = samples.iter().map(|s| (*s).to_owned()).collect();
    let shown = time(&samples).map_or("none".to_owned(), |g| {
        let zone = if g.zone { " zone" } else { "" };
        let two = if g.two_ways { " two ways" } else { "" };
        format!("{:?} {}{zone}{two}", g.form, g.pattern.unwrap_or_default())
    });
    assert_eq!(shown, expected);
}

#[test]
fn forms() {
    check(&["1769862896"], "EpochS ");
    check(&["1769862896789"], "EpochMs ");
    check(&["791555696"], "AppleS ");
    check(&["791555696,5"], "AppleS ");
    check(&["46053,5"], "ExcelDays  zone");
    check(&["2026-01-31T12:34:56Z"], "Iso8601 ");
    check(&["2026-01-31 12:34:56"], "Iso8601  zone");
    check(&["31-01-2026 12:34"], "Pattern dd-MM-yyyy HH:mm zone");
    check(&["05-01-2026 12:34"], "Pattern dd-MM-yyyy HH:mm zone two ways");
    check(&["3. marts 2026 kl. 9.05"], "Pattern d. MMMM yyyy 'kl.' H.mm zone");
    check(&["01/31/2026 12:34"], "Pattern MM/dd/yyyy HH:mm zone");
    check(&["Sat, 31 Jan 2026 13:34:56 +0100"], "Rfc2822 ");
    check(&["hej"], "none");
    check(&["31-01-2026"], "none");
    check(&["20000101"], "none");
}

#[test]
fn names() {
    assert!(fits(Field::Sender, "Afsender") > fits(Field::SenderName, "Afsender"));
    assert!(fits(Field::SenderName, "fra.navn") > fits(Field::Sender, "fra.navn"));
    assert!(fits(Field::Conversation, "/samtaler/id") > fits(Field::Id, "/samtaler/id"));
    assert!(fits(Field::Id, "Besked-ID") > fits(Field::Body, "Besked-ID"));
    assert!(fits(Field::Body, "Besked") > 0 && fits(Field::Body, "Afsender") == 0);
}
