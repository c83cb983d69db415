use zeroize::Zeroizing;

use super::*;
use crate::sighting::Aspect;

const BUCKET: u32 = 3;

fn table() -> Seen {
    Seen::new(&Zeroizing::new([4; 32]), 0)
}

/// A message by its identity, its teller, and what else has to agree.
fn tell(seen: &mut Seen, identity: &str, teller: u8, rule: Rule, fine: u16, said: &str) -> Before {
    let sighting = seen.sighting(identity.as_bytes(), b"", &Aspect::default());
    let likeness = Likeness { key: b"key", rule, fine, said: said.as_bytes() };
    let told = seen.told(&sighting.id, teller, &[likeness]).unwrap();
    // what nobody told is stored
    if matches!(told.before, Before::Nobody { .. } | Before::Other { .. }) {
        seen.note(&sighting, BUCKET);
    }
    told.before
}

const NEW: Before = Before::Nobody { alike: false, withheld: false };
const ALIKE: Before = Before::Nobody { alike: true, withheld: false };
const SAME: Before = Before::Other { same_text: true };
const OTHER_TEXT: Before = Before::Other { same_text: false };

#[test]
fn likenesses_are_those_of_the_other_implementation() {
    let mut seen = Seen::new(&Zeroizing::new([7; 32]), 0);
    for i in 0..3_u8 {
        let sighting = seen.sighting(format!("message {i}").as_bytes(), b"", &Aspect::default());
        let (key, said) = (format!("likeness {i}"), format!("said {i}"));
        let said = if i == 2 { &[][..] } else { said.as_bytes() };
        let fine = 300 * u16::from(i);
        let likeness = Likeness { key: key.as_bytes(), rule: Rule::Precise, fine, said };
        seen.told(&sighting.id, i, &[likeness]).unwrap();
        seen.note(&sighting, BUCKET);
    }
    let mut lines = Vec::new();
    let mut at = 0;
    while let Some((next, likeness, _)) = seen.next_likeness(at) {
        lines.push(chain::hex(&likeness.to_bytes()));
        at = next;
    }
    let vector = include_str!("../../../../fixtures/vectors/store/likenesses.txt");
    let mut expected: Vec<&str> = vector.lines().collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn as_many_on_one_side_as_on_the_other() {
    use Rule::Precise;
    let mut seen = table();
    // two copies by one, three by the other, one by a third whose clock knows seconds only
    for (identity, teller, fine, expected) in [
        ("a1", 0, 100, NEW),
        ("a2", 0, 100, NEW),
        ("b1", 1, 100, SAME),
        ("b2", 1, 100, SAME),
        ("b3", 1, 100, NEW),
        ("c1", 2, 0, SAME),
        // what was told is known
        ("a1", 0, 100, Before::Self_),
        ("b3", 1, 100, Before::Self_),
        // another thousandth is another message
        ("a3", 0, 101, NEW),
    ] {
        assert_eq!(tell(&mut seen, identity, teller, Precise, fine, ""), expected, "{identity}");
    }
    let files = [("d1", 3, "x", NEW), ("d2", 4, "y", NEW), ("d3", 5, "", SAME), ("d4", 4, "x", SAME)];
    let mut seen = table();
    for (identity, teller, said, expected) in files {
        assert_eq!(tell(&mut seen, identity, teller, Precise, 1, said), expected, "{identity}");
    }
}

#[test]
fn one_name_is_one_message_whatever_its_text() {
    let mut seen = table();
    assert_eq!(tell(&mut seen, "a", 0, Rule::Named, 0, "first"), NEW);
    assert_eq!(tell(&mut seen, "b", 1, Rule::Named, 0, "first"), SAME);
    assert_eq!(tell(&mut seen, "c", 2, Rule::Named, 0, "edited"), OTHER_TEXT);
    // one identity by two kinds of source
    assert_eq!(tell(&mut seen, "a", 3, Rule::Named, 0, "first"), SAME);
    assert_eq!(tell(&mut seen, "a", 3, Rule::Named, 0, "first"), Before::Self_);
}

#[test]
fn an_identity_that_two_kinds_share_though_a_third_told_first() {
    let mut seen = table();
    assert_eq!(tell(&mut seen, "a", 0, Rule::Precise, 0, ""), NEW);
    for teller in [1, 2, 3] {
        assert_eq!(tell(&mut seen, "b", teller, Rule::Precise, 0, ""), SAME);
        assert_eq!(tell(&mut seen, "b", teller, Rule::Precise, 0, ""), Before::Self_);
    }
    // known, and nothing is known of who told it
    let old = seen.sighting(b"old", b"", &Aspect::default());
    seen.note(&old, BUCKET);
    let likeness = Likeness { key: b"other", rule: Rule::Named, fine: 0, said: b"" };
    assert_eq!(seen.told(&old.id, 0, &[likeness]), None);
}

#[test]
fn only_one_may_fit_where_the_key_leaves_much_open() {
    let (anna, bo, number) = (5, 6, 0x8005);
    for (others, fine, expected) in [
        (&[anna][..], anna, SAME),
        (&[bo], anna, NEW),
        (&[anna, bo], anna, SAME),
        (&[anna, anna], anna, ALIKE),
        (&[number], anna, ALIKE),
        (&[0], anna, ALIKE),
        (&[anna], 0, ALIKE),
        (&[], anna, NEW),
    ] {
        let mut seen = table();
        for (i, other) in others.iter().enumerate() {
            tell(&mut seen, &format!("a{i}"), 0, Rule::Loose, *other, "");
        }
        assert_eq!(tell(&mut seen, "b", 2, Rule::Loose, fine, ""), expected, "{others:?} {fine}");
    }
}

/// What the next run reads back.
fn again(mut seen: Seen, delta: &mut crate::listing::Delta) -> Seen {
    let mut at = 0;
    while let Some((next, likeness, bucket)) = seen.next_likeness(at) {
        assert_eq!(bucket, BUCKET);
        delta.push(&likeness);
        at = next;
    }
    let mut next = table();
    next.load(&delta.encode(), BUCKET).unwrap();
    next
}

#[test]
fn what_one_run_learned_the_next_one_knows() {
    let (mut seen, mut delta) = (table(), crate::listing::Delta::default());
    let (a, b) = ("a", "b");
    let mut noted = |seen: &mut Seen, identity: &str, withheld: bool| {
        let sighting = seen.sighting(identity.as_bytes(), b"", &Aspect::default());
        let sighting = if withheld { sighting.withheld() } else { sighting };
        seen.note(&sighting, BUCKET);
        delta.push(&sighting);
    };
    assert_eq!(tell(&mut seen, a, 0, Rule::Precise, 7, ""), NEW);
    noted(&mut seen, a, false);
    let mut seen = again(seen, &mut delta);
    assert_eq!(tell(&mut seen, b, 1, Rule::Precise, 7, ""), SAME);
    assert_eq!(tell(&mut seen, "b2", 1, Rule::Precise, 7, ""), NEW);
    for identity in [b, "b2"] {
        delta.push(&seen.sighting(identity.as_bytes(), b"", &Aspect::default()));
    }
    let mut seen = again(seen, &mut delta);
    assert_eq!(tell(&mut seen, b, 1, Rule::Precise, 7, ""), Before::Self_);
    assert_eq!(tell(&mut seen, a, 0, Rule::Precise, 7, ""), Before::Self_);
    // the second of the second kind is still open to the first
    assert_eq!(tell(&mut seen, "a2", 0, Rule::Precise, 7, ""), SAME);
}

#[test]
fn what_is_withheld_stays_so_whoever_tells_it() {
    let (mut seen, mut delta) = (table(), crate::listing::Delta::default());
    let a = seen.sighting(b"a", b"", &Aspect::default());
    let likeness = Likeness { key: b"key", rule: Rule::Precise, fine: 7, said: b"" };
    seen.told(&a.id, 0, &[likeness]).unwrap();
    assert_eq!(seen.whereabouts(&a.number()), Whereabouts::Nowhere);
    seen.note(&a.withheld(), BUCKET);
    delta.push(&a.withheld());
    let mut seen = again(seen, &mut delta);
    for _ in 0..3 {
        let b = seen.sighting(b"b", b"", &Aspect::default());
        let told = seen.told(&b.id, 1, &[likeness]).unwrap();
        assert_eq!((told.message, told.before), (a.number(), SAME));
        assert_eq!(seen.whereabouts(&told.message), Whereabouts::Withheld);
        // a second copy of that kind is another message
        let c = seen.sighting(b"c", b"", &Aspect::default());
        assert_eq!(seen.told(&c.id, 1, &[likeness]).unwrap().before, NEW);
        seen = again(seen, &mut delta);
    }
    // what may be one that is withheld is said to be so
    let loose = |fine| Likeness { key: b"loose", rule: Rule::Loose, fine, said: b"" };
    let w = seen.sighting(b"w", b"", &Aspect::default());
    seen.told(&w.id, 0, &[loose(5)]).unwrap();
    seen.note(&w.withheld(), BUCKET);
    let x = seen.sighting(b"x", b"", &Aspect::default());
    let told = seen.told(&x.id, 2, &[loose(0x8005)]).unwrap();
    assert_eq!(told.before, Before::Nobody { alike: true, withheld: true });
    let erased = seen.suppression(b"a");
    delta.push(&erased);
    let seen = again(seen, &mut delta);
    assert_eq!(seen.whereabouts(&a.number()), Whereabouts::Suppressed);
}
