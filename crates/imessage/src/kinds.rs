//! Codes for kinds of message that the normal form has no field for: effects, apps, audio, satellite,
//! what was sent later or not at all. One list of doubts, no content in any of them.

use std::borrow::Cow;

use model::Stamp;

use crate::rows::Row;

type Doubts = Vec<Cow<'static, str>>;

/// Effects by the last part of `expressive_send_style_id`.
const EFFECTS: [(&str, &str); 13] = [
    ("gentle", "effect:gentle"),
    ("impact", "effect:slam"),
    ("invisibleink", "effect:invisible_ink"),
    ("loud", "effect:loud"),
    ("CKConfettiEffect", "effect:confetti"),
    ("CKEchoEffect", "effect:echo"),
    ("CKFireworksEffect", "effect:fireworks"),
    ("CKHappyBirthdayEffect", "effect:balloons"),
    ("CKHeartEffect", "effect:heart"),
    ("CKLasersEffect", "effect:lasers"),
    ("CKShootingStarEffect", "effect:shooting_star"),
    ("CKSparklesEffect", "effect:sparkles"),
    ("CKSpotlightEffect", "effect:spotlight"),
];

/// The last part of the name of the app behind a balloon, as far as it is fit to be shown.
pub(crate) fn app(balloon: &str) -> String {
    let app = balloon.rsplit(':').next().unwrap_or_default();
    app.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).take(64).collect()
}

/// A code with a time behind it; none for a time that is not set.
pub(crate) fn at(code: &str, raw: i64, doubts: &mut Doubts) {
    if let Some(time) = Stamp::apple(raw).and_then(Stamp::rfc3339) {
        doubts.push(format!("{code}:{time}").into());
    }
}

/// Codes for everything that is special about a row.
pub(crate) fn kinds(row: &Row<'_>, doubts: &mut Doubts) {
    match row.associated_type {
        0 => {}
        2 | 3 => doubts.push("app_payload".into()),
        4000 => doubts.push("poll_vote".into()),
        _ if row.is_reaction() => doubts.push("reaction_target_missing".into()),
        other => doubts.push(format!("unknown_type:{other}").into()),
    }
    if let Some(balloon) = row.balloon.as_deref() {
        doubts.push(format!("app_message:{}", app(balloon)).into());
    }
    if let Some(effect) = row.effect.as_deref().filter(|e| !e.is_empty()) {
        let last = effect.rsplit('.').next().unwrap_or_default();
        let known = EFFECTS.iter().find(|e| e.0 == last);
        doubts.push(known.map_or("effect:unknown", |e| e.1).into());
    }
    if row.error != 0 {
        doubts.push(format!("not_sent:{}", row.error).into());
    }
    if row.schedule_state != 0 {
        doubts.push(format!("scheduled:{}", row.schedule_state).into());
    }
    let satellite = row.satellite || row.service.as_deref() == Some("iMessageLite");
    for (is, code) in [
        (row.is_audio, "audio_message"),
        (satellite, "satellite"),
        (row.sos, "emergency"),
        (row.off_grid, "off_grid"),
        (row.corrupt, "marked_corrupt"),
        (row.guid.is_none(), "no_id"),
        // audio messages that the phone deletes by itself
        (row.expirable && !row.is_audio, "expirable"),
    ] {
        if is {
            doubts.push(code.into());
        }
    }
}
