//! The 64 bits of `type` (Signal-Android, `MessageTypes`): what a row is, who caused it, how it went.

use crate::changes::Change;
use crate::draft::Doubt;

const BASE: i64 = 0x1f;
const FORCED_SMS: i64 = 0x40;
const KEY_EXCHANGE: i64 = 0x8000;
const IDENTITY: i64 = 0x4000 | 0x2000 | 0x0200;
const GROUP_UPDATE: i64 = 0x1_0000;
const GROUP_LEAVE: i64 = 0x2_0000;
const TIMER: i64 = 0x4_0000;
const GROUP_V2: i64 = 0x8_0000;
const PUSH: i64 = 0x20_0000;
const END_SESSION: i64 = 0x40_0000;
const SECURE: i64 = 0x80_0000;
const UNDECRYPTED: i64 = 0x1000_0000 | 0x0800_0000;
const SPECIAL: i64 = 0xf_0000_0000;

/// A row's `type`, taken apart.
pub(crate) struct Kind {
    /// The owner wrote it.
    pub(crate) outgoing: bool,
    /// Neither pushed nor encrypted: a text message of the telephone network.
    pub(crate) network: bool,
    /// A group's change is in the row.
    pub(crate) group: Option<Group>,
    /// The timer was changed to the row's own.
    pub(crate) timer: bool,
    /// The change that the row is about, where the bits say all about it.
    pub(crate) change: Option<Change>,
    /// The text is the text of a message.
    pub(crate) has_text: bool,
    pub(crate) doubts: Vec<Doubt>,
}

/// Which generation of groups a change is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    V1Update,
    V1Leave,
    V2,
}

/// Takes a `type` apart.
pub(crate) fn of(kind: i64) -> Kind {
    let base = kind & BASE;
    let mut doubts: Vec<Doubt> = Vec::new();
    let outgoing = matches!(base, 2 | 11 | 21..=26);
    let mut change = match base {
        1 => Some(Change::Other("call_incoming", None)),
        2 => Some(Change::Other("call_outgoing", None)),
        3 | 8 => Some(Change::MissedCall),
        4 => Some(Change::Other("contact_joined_signal", None)),
        5 => Some(Change::Other("unsupported_message", None)),
        6 => Some(Change::Other("invalid_message", None)),
        7 => Some(Change::Other("profile_changed", None)),
        9 => Some(Change::Other("group_migrated", None)),
        10 => Some(Change::Other("video_call_incoming", None)),
        11 => Some(Change::Other("video_call_outgoing", None)),
        12 => Some(Change::Other("group_call", None)),
        13 => Some(Change::Other("bad_decrypt", None)),
        14 => Some(Change::Number),
        15 => Some(Change::Other("donation_request", None)),
        16 => Some(Change::Other("thread_merged", None)),
        17 => Some(Change::Other("sms_exported", None)),
        18 => Some(Change::Other("session_switched", None)),
        20 | 23 => None,
        21 | 22 => {
            doubts.push("not_yet_sent".into());
            None
        }
        24 => {
            doubts.push("not_sent".into());
            None
        }
        25 | 26 => {
            doubts.push("not_sent_as_sms".into());
            None
        }
        27 => {
            doubts.push("draft".into());
            None
        }
        other => {
            doubts.push(format!("unknown_type:{other}").into());
            Some(Change::Other("unknown", None))
        }
    };
    // what the base has a word for is not taken for something else by chance bits
    let plain = change.is_none();
    if plain {
        if kind & END_SESSION != 0 {
            change = Some(Change::Other("session_ended", None));
        } else if kind & (KEY_EXCHANGE | IDENTITY) != 0 {
            change = Some(Change::Encryption);
        } else if kind & UNDECRYPTED != 0 {
            change = Some(Change::Other("not_decrypted", None));
        }
    }
    // the text of a kind nobody knows is kept
    let mut has_text = matches!(change, None | Some(Change::Other("unknown", _)));
    match (kind & SPECIAL) >> 32 {
        0 => {}
        1 => doubts.push("story_reaction".into()),
        special => {
            let code = match special {
                2 => "gift_badge",
                3 => "payment",
                4 => "payments_asked_for",
                5 => "reported_as_spam",
                6 => "request_accepted",
                7 => "blocked",
                8 => "payments_activated",
                9 => "payment_without_details",
                0xa => "unblocked",
                0xc => "poll_ended",
                0xd => "message_pinned",
                _ => {
                    doubts.push(format!("unknown_special_type:{special}").into());
                    "unknown"
                }
            };
            change = Some(Change::Other(code, None));
            // texts of kinds nobody knows are kept; those of known kinds are ids and credentials
            has_text = code == "unknown";
        }
    }
    let group = match () {
        () if !plain || kind & SPECIAL != 0 => None,
        () if kind & GROUP_V2 != 0 && kind & GROUP_UPDATE != 0 => Some(Group::V2),
        () if kind & GROUP_UPDATE != 0 => Some(Group::V1Update),
        () if kind & GROUP_LEAVE != 0 => Some(Group::V1Leave),
        () => None,
    };
    let timer = plain && kind & TIMER != 0;
    Kind {
        outgoing,
        network: matches!(base, 20..=27) && kind & (PUSH | SECURE) == 0
            || kind & FORCED_SMS != 0 && kind & PUSH == 0,
        has_text: has_text && group.is_none() && !timer,
        group,
        timer,
        change,
        doubts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: i64, expected: &str) {
        let k = of(kind);
        let mut shown = vec![if k.outgoing { "out" } else { "in" }.to_owned()];
        shown.extend(k.network.then(|| "network".to_owned()));
        shown.extend(k.has_text.then(|| "text".to_owned()));
        shown.extend(k.timer.then(|| "timer".to_owned()));
        shown.extend(k.group.map(|g| match g {
            Group::V1Update => "group1".to_owned(),
            Group::V1Leave => "leave1".to_owned(),
            Group::V2 => "group2".to_owned(),
        }));
        shown.extend(k.change.map(|c| {
            format!("{c:?}").split(['(', ',']).take(2).collect::<Vec<_>>().join(":").replace('"', "")
        }));
        shown.extend(k.doubts.iter().map(ToString::to_string));
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn messages() {
        check(0xa0_0014, "in text");
        check(0xa0_0017, "out text");
        check(0xa0_0018, "out text not_sent");
        check(20, "in network text");
        check(23, "out network text");
        check(27, "in network text draft");
        check(0x1_00a0_0014, "in text story_reaction");
    }

    #[test]
    fn events() {
        check(3, "in MissedCall");
        check(2, "out Other:call_outgoing");
        check(0xa4_0014, "in text".replace("text", "timer").as_str());
        check(0xa9_0017, "out group2");
        check(0xa1_0014, "in group1");
        check(0xa2_0017, "out leave1");
        check(0xe0_0014, "in Other:session_ended");
        check(0xa0_0214, "in Encryption");
        check(0xc_00a0_0017, "out Other:poll_ended");
        check(0x7_0000_0014_i64 | 0xa0_0000, "in Other:blocked");
    }

    #[test]
    fn unknown_kinds_are_kept_and_named() {
        check(19, "in text Other:unknown unknown_type:19");
        check(0, "in text Other:unknown unknown_type:0");
        check(0xe_00a0_0014, "in text Other:unknown unknown_special_type:14");
        check(-1, "in text Other:unknown unknown_type:31 unknown_special_type:15");
    }
}
