//! Settings of the phone that delete messages by themselves, or keep them elsewhere: a phone on 30 days
//! or a year breaks the periods of the guidelines (May 2024, 2.1 to 2.3).

use evidence::{EvidenceSet, property_list};
use model::{Fault, Finding};
use plist::{Dictionary, Value};

/// Most bytes of a settings file.
const MOST_BYTES: u64 = 1 << 20;

/// Counts that the phone keeps of its own store and of the one in iCloud: keys of
/// `com.apple.madrid.plist`, and the code for each.
const COUNTS: [(&str, &str); 5] = [
    ("deletedMessages", "deleted_messages"),
    ("deletedChats", "deleted_chats"),
    ("deletedAttachments", "deleted_attachments"),
    ("deletedRecoverableMessages", "deleted_recoverable"),
    ("totalRecoverableMessages", "recoverable"),
];

/// Findings from the settings of Messages.
pub(crate) fn findings(set: &dyn EvidenceSet) -> Vec<Finding> {
    let mut out = Vec::new();
    match list(set, "com.apple.MobileSMS.plist") {
        Ok(None) => {}
        Ok(Some(settings)) => messages(&settings, &mut out),
        Err(_) => out.push("keep_messages_unreadable".to_owned()),
    }
    match list(set, "com.apple.madrid.plist") {
        Ok(None) => {}
        Ok(Some(settings)) => icloud(&settings, &mut out),
        Err(_) => out.push("icloud_settings_unreadable".to_owned()),
    }
    // another file, with a small m
    if let Ok(Some(settings)) = list(set, "com.apple.mobileSMS.plist")
        && settings.keys().any(|key| key.starts_with("IMDCKBackupController"))
    {
        out.push("restored_from_icloud_backup".to_owned());
    }
    out.into_iter().map(|code| Finding { code, at: None }).collect()
}

/// `SSKeepMessages` (iOS 17 and later), else `KeepMessageForDays`; 0 or absent is for ever.
fn messages(settings: &Dictionary, out: &mut Vec<String>) {
    let (new, old) = (number(settings, "SSKeepMessages"), number(settings, "KeepMessageForDays"));
    let days = new.or(old).unwrap_or(0);
    if days > 0 {
        out.push(format!("keep_messages_days:{days}"));
    }
    if let (Some(new), Some(old)) = (new, old)
        && new != old
    {
        // the older key may be left from before an update: which one holds is not certain
        out.push(format!("keep_messages_differ:{new}/{old}"));
    }
    if yes(settings, "DeleteVerificationCodes") {
        out.push("auto_delete_codes".to_owned());
    }
}

/// Messages in iCloud: what lies on the phone may be a part only.
fn icloud(settings: &Dictionary, out: &mut Vec<String>) {
    if yes(settings, "CloudKitSyncingEnabled") {
        out.push("messages_in_icloud".to_owned());
    }
    if yes(settings, "CloudKitIsRemovedFromBackup") {
        out.push("messages_removed_from_icloud_backup".to_owned());
    }
    if let Some(local) = settings.get("LocalDBStats").and_then(Value::as_dictionary) {
        for (key, code) in COUNTS {
            if let Some(n) = number(local, key).filter(|n| *n > 0) {
                out.push(format!("phone_counts:{code}:{n}"));
            }
        }
    }
    // the keys of the other side's counts differ between versions: every number under such a name
    for (key, value) in settings {
        let Some(rest) =
            key.strip_prefix("Server.TotalRecords").or_else(|| key.strip_prefix("ServerTotalRecords"))
        else {
            continue;
        };
        let what: String = rest.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
        if let Some(n) = value.as_signed_integer() {
            out.push(format!("icloud_counts:{what}:{n}"));
        }
    }
}

/// A whole number, also where it is kept as a text or a float.
fn number(settings: &Dictionary, key: &str) -> Option<i64> {
    let value = settings.get(key)?;
    let text = || value.as_string()?.trim().parse().ok();
    #[expect(clippy::cast_possible_truncation, reason = "saturating by definition of `as`")]
    let real = || value.as_real().map(|r| r as i64);
    value.as_signed_integer().or_else(text).or_else(real)
}

fn yes(settings: &Dictionary, key: &str) -> bool {
    settings
        .get(key)
        .and_then(Value::as_boolean)
        .unwrap_or_else(|| number(settings, key).is_some_and(|n| n != 0))
}

fn list(set: &dyn EvidenceSet, name: &str) -> Result<Option<Dictionary>, Fault> {
    let io = |_| Fault::Io { code: 0 };
    let path = format!("Library/Preferences/{name}");
    let Some(evidence) = set.get("HomeDomain", &path).map_err(|_| Fault::Io { code: 0 })? else {
        return Ok(None);
    };
    if evidence.bytes.len() > MOST_BYTES {
        return Err(Fault::TooMuch { what: "bytes of a settings file", bound: MOST_BYTES });
    }
    let mut bytes = vec![0; usize::try_from(evidence.bytes.len()).unwrap_or_default()];
    evidence.bytes.read_exact_at(0, &mut bytes).map_err(io)?;
    let value = property_list::parse(&bytes)?;
    value.into_dictionary().map(Some).ok_or(Fault::Unexpected { expected: "a dictionary" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: fn(&Dictionary, &mut Vec<String>), body: &str, expected: &[&str]) {
        let xml = format!("<plist version=\"1.0\"><dict>{body}</dict></plist>");
        let settings = property_list::parse(xml.as_bytes()).unwrap().into_dictionary().unwrap();
        let mut out = Vec::new();
        of(&settings, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn how_long_messages_are_kept() {
        check(messages, "", &[]);
        check(messages, "<key>SSKeepMessages</key><integer>0</integer>", &[]);
        check(messages, "<key>SSKeepMessages</key><integer>30</integer>", &["keep_messages_days:30"]);
        check(messages, "<key>KeepMessageForDays</key><string>365</string>", &["keep_messages_days:365"]);
        check(
            messages,
            "<key>SSKeepMessages</key><integer>0</integer><key>KeepMessageForDays</key><integer>30</integer>",
            &["keep_messages_differ:0/30"],
        );
        check(messages, "<key>DeleteVerificationCodes</key><true/>", &["auto_delete_codes"]);
    }

    #[test]
    fn messages_elsewhere() {
        check(icloud, "<key>CloudKitSyncingEnabled</key><false/>", &[]);
        check(
            icloud,
            "<key>CloudKitSyncingEnabled</key><integer>1</integer><key>LocalDBStats</key><dict>\
             <key>deletedMessages</key><integer>7</integer></dict>\
             <key>Server.TotalRecordsMessages</key><integer>12000</integer>",
            &["messages_in_icloud", "phone_counts:deleted_messages:7", "icloud_counts:Messages:12000"],
        );
    }
}
