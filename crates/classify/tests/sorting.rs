//! The model in the program, on conversations it never saw, and on texts made to mislead it.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use classify::corpus::{self, Conversation};
use classify::evaluate::{Report, cases};
use classify::quality::{Observed, Reading};
use classify::train::{Corpus, Without, train};
use classify::{Classifier, Frame, Item, Model, Relation, Role, Room, Route, Sorting, Verdict};

fn files(split: &str) -> Vec<(Vec<u8>, Vec<Conversation>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/classify").join(split);
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let one = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        let read = corpus::read(std::str::from_utf8(&bytes).unwrap());
        (bytes, read.unwrap_or_else(|e| panic!("{}: {e}", path.display())))
    };
    names.iter().map(one).collect()
}

fn classifier() -> Classifier {
    Classifier::new(Model::built_in().unwrap(), Sorting::default())
}

fn decide(role: Role, messages: &[(&str, Relation)]) -> Vec<Verdict> {
    let classifier = classifier();
    let mut room = Room::default();
    let look = |(body, relation): &(&str, Relation)| {
        classifier.look(&mut room, &Item { body, relation: *relation, ..Item::default() })
    };
    let seen: Vec<_> = messages.iter().map(look).collect();
    classifier.decide(&Frame { role, ..Frame::default() }, &seen)
}

fn one(body: &str, relation: Relation) -> Verdict {
    decide(Role::Unknown, &[(body, relation)]).remove(0)
}

fn conversations(set: &str) -> Vec<Conversation> {
    files(set).into_iter().flat_map(|(_, c)| c).collect()
}

/// What is asked for on a set; `excluded` of a hundred messages without work.
fn as_asked(set: &str, conversations: &[Conversation], excluded: f64) {
    let report = Report::of(&cases(&classifier(), conversations.iter()), &Sorting::default());
    let text = format!("{set}\n{}", report.text());
    assert!(report.recall.of > 350 && report.excluded.of > 350, "both sides are there: {text}");
    assert!(report.mixed.of >= 20 && report.context.of >= 100, "{text}");
    assert!(report.recall.share() >= 0.99 && report.recall.bound() >= 0.98, "{text}");
    assert!(report.mixed.share() >= 0.98 && report.context.share() >= 0.98, "{text}");
    assert!(report.excluded.share() * 100.0 >= excluded && report.review.share() <= 0.45, "{text}");
    assert!(report.calibration <= 0.05, "{text}");
}

/// The figures of `docs/CLASSIFIER.md`; they are no goal to train towards.
#[test]
fn other_hands() {
    let sizes = [("test", 0), ("second", 344), ("third", 244), ("fourth", 269)];
    for (set, size) in sizes {
        let conversations = conversations(set);
        assert!(size == 0 || conversations.len() == size, "{set}: {}", conversations.len());
        as_asked(set, &conversations, 30.0);
    }
}

/// The same without any relation or post; less is excluded than with them.
#[test]
fn other_hands_without_relations() {
    for set in ["test", "second", "third", "fourth"] {
        let mut conversations = conversations(set);
        conversations.iter_mut().for_each(|c| (c.relation, c.role) = (Relation::Unknown, Role::Unknown));
        as_asked(set, &conversations, 29.0);
    }
}

/// Private life in the words of an office: boards, minutes, budgets of clubs. What is not told apart is kept or read;
/// no work is lost for it.
#[test]
fn boards_and_clubs() {
    let report = Report::of(&cases(&classifier(), conversations("boards").iter()), &Sorting::default());
    assert!(report.recall.of > 350 && report.recall.share() >= 0.99, "{}", report.text());
    assert!(report.excluded.share() >= 0.2 && report.review.share() <= 0.45, "{}", report.text());
}

/// Drift as `docs/CLASSIFIER.md` gives it: another hand's text has other scores, another language other
/// words.
#[test]
fn drift() {
    let model = Model::built_in().unwrap();
    let (profile, classifier) = (model.profile.unwrap(), classifier());
    let mut room = Room::default();
    let mut watch = |conversations: &[Conversation]| {
        let mut observed = Observed::new(profile);
        for c in conversations {
            let seen: Vec<_> =
                c.messages.iter().map(|m| classifier.look(&mut room, &m.item(c.relation))).collect();
            for (seen, verdict) in seen.iter().zip(classifier.decide(&c.frame(), &seen)) {
                observed.add(seen, &verdict);
            }
        }
        observed.drift()
    };
    for (set, reading) in [("third", Reading::Steady), ("boards", Reading::Watch)] {
        let drift = watch(&conversations(set));
        assert!(drift.reading == reading, "{set}: {drift:?}");
    }
    let second = watch(&conversations("second"));
    assert!(second.reading == Reading::Steady && second.unknown_now < second.unknown_then, "{second:?}");
    let german =
        "== -\nv> Kommst du heute Abend zum Essen?\nv< Ja, ich bringe Brot und etwas Wein mit\n".repeat(60);
    let foreign = watch(&corpus::read(&german).unwrap());
    assert!(foreign.reading == Reading::Drifted && foreign.unknown_now > 0.3, "{foreign:?}");
}

#[test]
fn the_splits_share_no_message_of_length() {
    let texts = |split: &str| -> std::collections::BTreeSet<String> {
        let all = conversations(split).into_iter().flat_map(|c| c.messages);
        all.map(|m| m.text).filter(|t| t.chars().count() > 40).collect()
    };
    let train = texts("train");
    assert!(train.len() > 1000);
    for set in ["test", "second", "third", "fourth", "boards"] {
        let texts = texts(set);
        assert!(texts.len() > 150, "{set}");
        assert_eq!(train.intersection(&texts).collect::<Vec<_>>(), Vec::<&String>::new(), "{set}");
    }
}

#[test]
fn the_corpus_is_as_large_as_it_says() {
    let count =
        |split: &str| -> usize { files(split).iter().flat_map(|(_, c)| c).map(|c| c.messages.len()).sum() };
    assert!(count("train") + count("test") >= 6000);
}

#[test]
fn training_is_repeatable() {
    let part = || Corpus::new(files("train").into_iter().skip(7).take(3).collect());
    let first = train(&part(), Without::default()).unwrap().model.write();
    assert_eq!(first, train(&part(), Without::default()).unwrap().model.write());
    assert_eq!(Model::read(&first).unwrap().write(), first);
}

/// The model in the program is what its training data give. Slow without optimisation.
#[test]
#[ignore = "minutes without optimisation: cargo test --release -p classify -- --ignored"]
fn the_model_is_what_its_data_give() {
    let model = train(&Corpus::new(files("train")), Without::default()).unwrap().model;
    assert_eq!(model.id(), Model::built_in().unwrap().id());
}

#[test]
fn the_data_digest_is_of_these_files() {
    assert_eq!(Corpus::new(files("train")).digest, Model::built_in().unwrap().data);
}

#[test]
fn a_work_remark_does_not_drown() {
    let private = "vi ses i aften skat og husk mælk og brød til børnene for de er sultne ".repeat(330);
    let remark = "Send mig udkastet til ministerens svar inden mødet med styrelsen kl 9.";
    for text in [
        format!("{private}. {remark} {private}"),
        format!("{private} {remark} {private}"),
        format!("{remark} {private}"),
    ] {
        assert_ne!(one(&text, Relation::Family).route, Route::Exclude);
    }
    assert_ne!(one(&private, Relation::Family).route, Route::Keep, "the padding alone is not work");
}

#[test]
fn private_words_stuffed_with_work_terms_are_not_excluded() {
    let v = one(
        "Elsker dig skat. budget notat minister samråd høring kontrakt. Pizza i aften?",
        Relation::Family,
    );
    assert_eq!(v.route, Route::Keep, "{v:?}");
}

#[test]
fn disguised_letters_change_nothing() {
    let plain = one("Notatet til ministeren skal ud i dag", Relation::Colleague);
    for text in ["Nоtаtеt til ministеrеn skal ud i dag", "No\u{200b}tatet til mini\u{ad}steren skal ud i dag"]
    {
        let v = one(text, Relation::Colleague);
        assert_eq!((v.route, v.p), (plain.route, plain.p));
    }
}

/// Every sort of disguise of one remark in 5,000 private words.
#[test]
fn a_disguised_remark_does_not_drown_either() {
    let private = "vi ses i aften skat og husk mælk og brød til børnene for de er sultne ".repeat(165);
    let remark = "send udkastet til ministerens svar til departementet";
    let between = |c: char| remark.chars().flat_map(|x| [x, c]).collect::<String>();
    let wide =
        |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_lowercase()).unwrap_or(c);
    for hidden in [
        between('\u{200b}'),
        between('\u{202e}'),
        between('\u{ad}'),
        remark.to_uppercase(),
        remark.chars().map(wide).collect(),
        remark.replace('a', "а").replace('e', "е").replace('o', "о"),
    ] {
        let v = one(&format!("{private} {hidden} {private}"), Relation::Family);
        assert_ne!(v.route, Route::Exclude, "{v:?}");
    }
}

/// The order in which messages come does not matter, nor do equal and missing times.
#[test]
fn the_order_of_arrival_changes_nothing() {
    let classifier = classifier();
    let mut room = Room::default();
    let texts =
        ["Hej skat", "Henter du børnene?", "ja", "Notatet skal ud i dag", "ok", "Pizza i aften?", "😍"];
    let mut look = |at: usize, time: Option<i64>| {
        let item = Item { body: texts[at], outgoing: at % 2 == 1, sent_at: time, ..Item::default() };
        classifier.look(&mut room, &item)
    };
    let hour = |at: usize| Some(i64::try_from(at).unwrap() * 3_600_000);
    let sorted: Vec<_> = (0..texts.len()).map(|at| look(at, hour(at))).collect();
    let expected = classifier.decide(&Frame::default(), &sorted);
    for shift in 1..texts.len() {
        let order: Vec<usize> = (0..texts.len()).map(|at| (at * 3 + shift) % texts.len()).collect();
        let seen: Vec<_> = order.iter().map(|at| look(*at, hour(*at))).collect();
        let verdicts = classifier.decide(&Frame::default(), &seen);
        for (at, v) in order.iter().zip(&verdicts) {
            assert_eq!(v, &expected[*at]);
        }
    }
    for times in [[Some(5); 7], [None; 7], [Some(i64::MAX); 7], [Some(i64::MIN); 7]] {
        let seen: Vec<_> = times.iter().enumerate().map(|(at, time)| look(at, *time)).collect();
        assert_eq!(classifier.decide(&Frame::default(), &seen).len(), texts.len());
    }
}

#[test]
fn nothing_to_go_by_is_never_excluded() {
    for text in ["", " ", "\u{200b}", "👍", "😀😀😀", "ok", "ja", "?", "1234", "…"] {
        let v = one(text, Relation::Unknown);
        assert_ne!(v.route, Route::Exclude, "{text:?}: {v:?}");
    }
}

#[test]
fn bounded_time() {
    let start = std::time::Instant::now();
    for text in [
        "a".repeat(100_000),
        "a ".repeat(50_000),
        "11 ".repeat(33_000),
        "😀".repeat(100_000),
        "\u{202e}a\u{200d}".repeat(33_000),
        "a\u{301}\u{302}".repeat(20_000),
        "æøå.".repeat(25_000),
        "http://a.dk/".repeat(8_000),
        "\n".repeat(100_000),
    ] {
        one(&text, Relation::Unknown);
    }
    let many: Vec<(&str, Relation)> = vec![("ok", Relation::Unknown); 20_000];
    assert_eq!(decide(Role::Unknown, &many).len(), 20_000);
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn relation_alone_excludes_nothing() {
    for relation in [Relation::Family, Relation::Friend, Relation::Union, Relation::Hr, Relation::Party] {
        let v = one("Ministeren skal have notatet om finansloven inden samrådet", relation);
        assert_eq!(v.route, Route::Keep, "{relation:?}: {v:?}");
    }
}

#[test]
fn two_persons_for_the_top_posts() {
    let talk = [
        ("Elsker dig skat. Skal vi have pizza til aftensmad?", Relation::Family),
        ("Ja, børnene glæder sig. Husk mælk og bleer", Relation::Family),
        ("Det skal jeg nok min skat. Kys til børnene", Relation::Family),
    ];
    let (top, other) = (decide(Role::Top, &talk), decide(Role::Employee, &talk));
    assert!(top.iter().all(|v| v.proposal == (v.route == Route::Exclude)));
    assert!(other.iter().all(|v| !v.proposal));
    assert!(other.iter().any(|v| v.route == Route::Exclude), "{other:?}");
}

#[test]
fn probabilities_add_up() {
    for v in decide(Role::Unknown, &[("hej", Relation::Unknown), ("notat", Relation::Hr)]) {
        assert!((v.p.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(v.p.iter().all(|p| (0.0..=1.0).contains(p)));
    }
}

/// The bits of a few probabilities, as every machine must give them.
#[test]
fn the_same_bits_everywhere() {
    let again = || {
        decide(Role::Chief, &[("Kan du nå det inden kl 12?", Relation::Unknown), ("ja", Relation::Unknown)])
    };
    let bits = |v: Vec<Verdict>| v.iter().flat_map(|v| v.p.map(f64::to_bits)).collect::<Vec<_>>();
    assert_eq!(bits(again()), bits(again()));
}
