//! The story: who wrote what to whom when. Everybody in it is invented.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::Spec;

/// Number of the phone.
pub(super) const OWN: &str = "+4520000999";

const PEOPLE: [(&str, &str); 5] = [
    ("+4520000101", "Anna Holm"),
    ("+4520000102", "Jens Bro"),
    ("+4520000103", "Mette Søgård"),
    ("+46701234567", "Åsa Lind"),
    ("Borger.dk", ""),
];

const TEXTS: [&str; 8] = [
    "Godmorgen. Ministeren vil gerne se notatet inden kl. 10.",
    "Rødgrød med fløde & \"smør\" <3",
    "Linje 1\nLinje 2",
    "Tak! 🙂👍🏽",
    "null",
    "Kan du læse §7 og 'bilag 2'?",
    "på 5 % af havnene – se her: https://example.dk/?a=1&b=2",
    "ok",
];

/// One message.
pub(super) struct Item {
    pub(super) mms: bool,
    pub(super) out: bool,
    /// Provider box of an SMS or MMS.
    pub(super) kind: i64,
    /// Numbers of the others.
    pub(super) others: Vec<String>,
    /// Which of them wrote it.
    pub(super) from: usize,
    pub(super) name: String,
    pub(super) ms: i64,
    pub(super) subject: Option<String>,
    pub(super) body: Option<String>,
    pub(super) file: Option<(String, Vec<u8>)>,
    /// RCS message id of a mirrored one.
    pub(super) rcs: Option<String>,
}

impl Item {
    pub(super) fn service(&self) -> &'static str {
        match (self.mms, &self.rcs) {
            (false, _) => "SMS",
            (true, None) => "MMS",
            (true, Some(_)) => "RCS",
        }
    }

    /// An MMS has whole seconds.
    pub(super) fn shown_ms(&self) -> i64 {
        if self.mms { self.ms / 1000 * 1000 } else { self.ms }
    }

    /// Transaction id: `proto:` and base64 of the app and the message's id for a mirrored one.
    pub(super) fn transaction(&self, index: usize) -> String {
        use base64::Engine;
        let Some(id) = &self.rcs else { return format!("T{index:x}") };
        let nested = |field: u8, inner: Vec<u8>| {
            let mut out = vec![field << 3 | 2, u8::try_from(inner.len()).unwrap_or(0)];
            out.extend(inner);
            out
        };
        let app = nested(1, b"com.google.android.apps.messaging.".to_vec());
        let ids = nested(2, nested(2, nested(5, id.as_bytes().to_vec())));
        let all = nested(1, [app, ids].concat());
        format!("proto:{}", base64::engine::general_purpose::STANDARD.encode(all))
    }
}

/// The messages of a specification, oldest first.
pub(super) fn items(spec: &Spec) -> Vec<Item> {
    let mut rng = ChaCha20Rng::seed_from_u64(spec.seed);
    let mut pick = |n: u32| rng.next_u32() % n;
    let mark = spec.canary.as_deref().unwrap_or_default();
    let all = spec.sms + spec.mms;
    let mut ms = 1_735_722_000_123_i64;
    let mut left = spec.mms;
    let mut items = Vec::new();
    for i in 0..all {
        ms += i64::from(pick(7_200_000)) + 1000;
        let mms = left > 0 && (pick(all - i) < left || all - i == left);
        left -= u32::from(mms);
        let group = mms && pick(3) == 0;
        let first = pick(5) as usize;
        let mut others = vec![PEOPLE[first].0.to_owned()];
        if group {
            others = vec![PEOPLE[0].0.to_owned(), PEOPLE[1].0.to_owned(), PEOPLE[2].0.to_owned()];
        }
        let from = if group { pick(3) as usize } else { 0 };
        let service = others[0] == "Borger.dk";
        let out = !service && pick(2) == 0;
        let kind = match (out, mms, pick(10)) {
            (false, ..) => 1,
            (true, false, 0) => 3,
            (true, false, 1) => 5,
            (true, ..) => 2,
        };
        let with_file = mms && pick(4) > 0;
        let with_text = !with_file || pick(2) == 0;
        let mut text = TEXTS[pick(8) as usize].to_owned();
        if mms && text == "null" {
            text = "nul".to_owned();
        }
        if text != "null" && !mark.is_empty() {
            text = format!("{text} {mark}");
        }
        let size = 1 + pick(5000);
        let file = with_file.then(|| {
            let content = (0..size).map(|k| (k.wrapping_mul(31) ^ i).to_le_bytes()[0]).collect();
            (format!("billede{mark}_{i}.jpg"), content)
        });
        items.push(Item {
            mms,
            out,
            kind,
            name: if group { String::new() } else { format!("{}{mark}", PEOPLE[first].1) },
            others,
            from,
            ms,
            subject: (mms && pick(5) == 0).then(|| format!("Møde på slottet {mark}").trim_end().to_owned()),
            body: with_text.then_some(text),
            file,
            rcs: (mms && !with_file && pick(3) == 0).then(|| format!("MxRcs{i:04}=")),
        });
    }
    items
}

/// Text as the provider keeps subjects: the bytes of UTF-8, one character each.
pub(super) fn folded(text: &str) -> String {
    text.bytes().map(char::from).collect()
}
