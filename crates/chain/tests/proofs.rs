//! Proofs of messages: one that holds, and every way of changing it refused.
#![allow(clippy::unwrap_used, missing_docs)]

use chain::{
    Checkpoint, EntryType, Field, Fields, Hash, Header, Levels, Proof, ProofFault, Pruned, Signer, Suite,
    TrustedKey, leaf_hash, record, show_fields, verifier_key,
};

const ARCHIVE: [u8; 16] = [0xab; 16];

fn groups(i: u8) -> [Vec<u8>; 8] {
    std::array::from_fn(|g| format!("record {i} group {}", g + 1).into_bytes())
}

/// What the records, the header and the log are hashed with.
type Suites = [Suite; 3];
const FIRST: Suites = [Suite::Sha256; 3];
/// Before the renewal; before it, proved behind it; held meanwhile; behind it.
const ALL: [Suites; 4] = [
    FIRST,
    [Suite::Sha256, Suite::Sha256, Suite::Sha3],
    [Suite::Sha256, Suite::Sha3, Suite::Sha3],
    [Suite::Sha3; 3],
];

fn fields(suite: Suite, i: u8, show: impl Fn(u8) -> bool) -> Fields {
    let groups = groups(i);
    show_fields(suite, &[i; 16], &std::array::from_fn(|g| groups[g].as_slice()), show)
}

/// The leaves of a segment of `n` records.
fn leaves(suite: Suite, n: u8) -> Vec<Hash> {
    let record = |i| {
        let groups = groups(i);
        record(suite, &[i; 16], &std::array::from_fn(|g| groups[g].as_slice()))
    };
    (0..n).map(|i| leaf_hash(suite, &record(i))).collect()
}

/// A log of `size` entries whose entry `at` is a segment of `n` records, of which `shown` are shown.
fn proof(
    [content_suite, suite, log_suite]: Suites,
    n: u8,
    shown: &[u8],
    size: usize,
    at: usize,
    show: impl Fn(u8) -> bool + Copy,
) -> (Proof, TrustedKey) {
    let leaves = leaves(content_suite, n);
    let header = Header {
        entry_type: EntryType::Segment.code(),
        suite,
        content_suite,
        index: at as u64,
        prev: [1; 32],
        archive: ARCHIVE,
        run: [3; 16],
        written_at: 4,
        bucket: [5; 16],
        content: chain::root_of(content_suite, &leaves),
        body_digest: [7; 32],
        body_len: 8,
        author: [9; 32],
        refers_to: 0,
    }
    .encode();
    let mut log = Levels::new(log_suite);
    for i in 0..size {
        log.push(if i == at { leaf_hash(log_suite, &header) } else { [u8::try_from(i).unwrap(); 32] });
    }
    let signer = Signer::from_seed(&[1; 32]);
    let name = chain::job_name(&ARCHIVE);
    let mut checkpoint = Checkpoint::new(chain::origin_of(&ARCHIVE, log_suite), size as u64, log.root());
    checkpoint.sign(&name, &signer);
    let shown = shown.iter().map(|i| (usize::from(*i), fields(content_suite, *i, show))).collect();
    let key = TrustedKey::parse(&verifier_key(&name, &signer.public())).unwrap();
    (
        Proof::new(&header, Pruned::build(content_suite, &leaves, shown), log.path(at).unwrap(), checkpoint),
        key,
    )
}

fn check(text: &str, keys: &[TrustedKey]) -> Result<Vec<Fields>, ProofFault> {
    let proof = Proof::parse(text)?;
    let proven = proof.verify(keys)?;
    Ok(proven.records.into_iter().cloned().collect())
}

#[test]
fn what_is_shown_is_proved() {
    let shapes =
        [(1, vec![0]), (2, vec![1]), (5, vec![0, 4]), (7, (0..7).collect()), (100, vec![41, 42, 99])];
    for (suites, (n, shown)) in ALL.into_iter().flat_map(|s| shapes.clone().map(|shape| (s, shape))) {
        let hidden = |group| group != 3 && group != 6;
        let (proof, key) = proof(suites, n, &shown, 11, 10, hidden);
        let records = check(&proof.to_text(), &[key]).unwrap();
        assert_eq!(records.len(), shown.len());
        for (record, i) in records.iter().zip(&shown) {
            for (g, (field, bytes)) in (1..).zip(record.iter().zip(groups(*i))) {
                assert_eq!(field.shown(), hidden(g).then_some(bytes.as_slice()), "{n} {i} {g}");
            }
        }
    }
}

#[test]
fn a_proof_holds_under_its_own_suites_only() {
    for suites in ALL {
        let (proof, key) = proof(suites, 5, &[0], 11, 6, |_| true);
        let keys = std::slice::from_ref(&key);
        let text = proof.to_text();
        assert!(check(&text, keys).is_ok());
        // the state of another suite, signed by the right key: its root is not that of this path
        let other = if suites[2] == Suite::Sha3 { Suite::Sha256 } else { Suite::Sha3 };
        let mut note = Checkpoint::new(
            chain::origin_of(&ARCHIVE, other),
            11,
            proof.verify(keys).unwrap().checkpoint.root,
        );
        note.sign(&chain::job_name(&ARCHIVE), &Signer::from_seed(&[1; 32]));
        let (before, _) = text.split_once("\n\n").unwrap();
        let fault = check(&format!("{before}\n\n{}", note.to_text()), keys).map(|_| ()).unwrap_err();
        let earlier = suites[1] == Suite::Sha3 && other == Suite::Sha256;
        assert_eq!(fault, if earlier { ProofFault::Header } else { ProofFault::NotInLog }, "{suites:?}");
    }
}

#[test]
fn a_proof_with_one_byte_changed_anywhere_is_refused() {
    let (proof, key) = proof(FIRST, 5, &[0, 3], 11, 6, |g| g != 6);
    let text = proof.to_text();
    let keys = [key];
    assert!(check(&text, &keys).is_ok());
    let mut tried = 0;
    for at in 0..text.len() {
        for bit in [1, 2, 4, 8, 16, 32, 64, 128] {
            let mut bad = text.clone().into_bytes();
            bad[at] ^= bit;
            // what is no UTF-8 is refused before anything is parsed
            let Ok(bad) = String::from_utf8(bad) else { continue };
            assert!(check(&bad, &keys).is_err(), "{at} {bit}");
            tried += 1;
        }
        assert!(check(&text[..text.floor_char_boundary(at)], &keys).is_err(), "{at}");
    }
    assert!(tried > 10_000, "{tried}");
    for bad in
        [format!("{text}\n"), format!("\n{text}"), text.replace('\n', "\r\n"), text.replacen('\n', "\n\n", 1)]
    {
        assert!(check(&bad, &keys).is_err());
    }
}

#[test]
fn hidden_groups_cannot_change_places() {
    let (one, key) = proof(FIRST, 3, &[1], 4, 2, |g| g != 6 && g != 3);
    let header = *one.verify(std::slice::from_ref(&key)).unwrap().header.encode().first_chunk().unwrap();
    let leaves = leaves(Suite::Sha256, 3);
    let again = |fields: Fields| {
        let (proof, _) = proof(FIRST, 3, &[1], 4, 2, |g| g != 6);
        let checkpoint = proof.verify(std::slice::from_ref(&key)).unwrap().checkpoint.clone();
        let mut log = Levels::new(Suite::Sha256);
        for i in 0..4_u8 {
            log.push(if i == 2 { leaf_hash(Suite::Sha256, &header) } else { [i; 32] });
        }
        let path = log.path(2).unwrap();
        let changed =
            Proof::new(&header, Pruned::build(Suite::Sha256, &leaves, vec![(1, fields)]), path, checkpoint);
        check(&changed.to_text(), std::slice::from_ref(&key)).map(|_| ())
    };
    let right = fields(Suite::Sha256, 1, |g| g != 6 && g != 3);
    assert_eq!(again(right.clone()), Ok(()), "the control");
    let mut swapped = right.clone();
    swapped.swap(2, 5);
    assert_eq!(again(swapped), Err(ProofFault::Records));
    let mut of_another = right.clone();
    of_another[5] = fields(Suite::Sha256, 2, |_| false)[5].clone();
    assert_eq!(again(of_another), Err(ProofFault::Records));
    let mut other_salt = right;
    if let Field::Shown { salt, .. } = &mut other_salt[1] {
        salt[0] ^= 1;
    }
    assert_eq!(again(other_salt), Err(ProofFault::Records));
    // what hides every record shows nothing
    let (nothing, key) = proof(FIRST, 3, &[], 4, 2, |_| true);
    assert_eq!(check(&nothing.to_text(), &[key]).map(|_| ()), Err(ProofFault::Records));
}

#[test]
fn only_a_trusted_key_of_this_archive_counts() {
    let (proof, key) = proof(FIRST, 3, &[1], 4, 2, |_| true);
    let text = proof.to_text();
    let other = Signer::from_seed(&[2; 32]);
    let named =
        |name: &str, signer: &Signer| TrustedKey::parse(&verifier_key(name, &signer.public())).unwrap();
    let refused = |keys: &[TrustedKey]| check(&text, keys).map(|_| ()).unwrap_err();
    assert_eq!(refused(&[]), ProofFault::Untrusted);
    assert_eq!(refused(&[named(&key.name, &other)]), ProofFault::Untrusted);
    // the right key under the name of another archive speaks for that archive only
    let signer = Signer::from_seed(&[1; 32]);
    assert_eq!(refused(&[named(&chain::job_name(&[1; 16]), &signer)]), ProofFault::Untrusted);
    assert!(check(&text, &[named(&key.name, &other), key.clone()]).is_ok());
    let line = verifier_key(&key.name, &key.public);
    for bad in ["", "x", "a+b+c", &line[1..], &line[..line.len() - 1], &line.replace('+', "-")] {
        assert_eq!(TrustedKey::parse(bad), None);
    }
}

#[test]
fn hostile_trees_are_bounded() {
    use base64::Engine as _;
    let (proof, key) = proof(FIRST, 3, &[1], 4, 2, |_| true);
    let text = proof.to_text();
    let (before, rest) = text.split_once("extra ").unwrap();
    let (extra, after) = rest.split_once('\n').unwrap();
    let standard = base64::engine::general_purpose::STANDARD;
    let inner = standard.decode(extra).unwrap();
    let with = |tree: Vec<u8>| {
        let inner = [&inner[..260], &tree].concat();
        check(&format!("{before}extra {}\n{after}", standard.encode(inner)), std::slice::from_ref(&key))
    };
    assert!(with(inner[260..].to_vec()).is_ok(), "the control");
    for tree in [vec![], vec![2; 1_000_000], vec![1; 1000], [&inner[260..], &[0]].concat(), vec![3]] {
        assert_eq!(with(tree).map(|_| ()), Err(ProofFault::Malformed));
    }
}
