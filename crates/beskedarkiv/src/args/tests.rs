use super::*;

#[track_caller]
fn check(words: &[&str], lang: Option<Lang>, config: Option<&str>) {
    let argv: Vec<OsString> =
        std::iter::once("beskedarkiv").chain(words.iter().copied()).map(OsString::from).collect();
    assert_eq!(Early::scan(&argv), Early { lang, config: config.map(PathBuf::from) });
}

#[test]
fn early() {
    check(&[], None, None);
    check(&["read", "--lang", "en", "x"], Some(Lang::En), None);
    check(&["--lang=da", "--config=/c"], Some(Lang::Da), Some("/c"));
    check(&["--config", "c", "read"], None, Some("c"));
    check(&["--lang"], None, None);
    check(&["--lang", "sv"], None, None);
    check(&["read", "--", "--lang", "en"], None, None);
}

#[test]
fn clap_finds_no_fault() {
    for lang in [Lang::Da, Lang::En] {
        tree(&Texts::new(lang)).debug_assert();
    }
}
