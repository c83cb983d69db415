//! Which apps of a source are read, known but not read, or unknown. "Not covered" is never shown as
//! "no messages".

use serde::Serialize;

use crate::open::Opened;

/// How an app is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// Its messages are read.
    Read,
    /// It holds messages, and this version has no reader for them.
    KnownNotRead,
    /// It holds messages, and they are not in this source: an app may leave them out of every backup, or the
    /// database that its reader needs is absent.
    NotInSource,
    /// Not known to hold messages.
    Unknown,
}

/// One app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct App {
    /// Bundle id, or `messages` for the phone's own.
    pub id: String,
    /// How it is covered.
    pub coverage: Coverage,
}

/// Apps that hold messages, by bundle id. Signal excludes its files from device backups
/// (signalapp/Signal-iOS#523).
pub(crate) const MESSENGERS: &[(&str, Coverage)] = &[
    // read where its database is in the source
    ("net.whatsapp.WhatsApp", Coverage::NotInSource),
    ("net.whatsapp.WhatsAppSMB", Coverage::NotInSource),
    ("org.whispersystems.signal", Coverage::NotInSource),
    ("com.facebook.Messenger", Coverage::KnownNotRead),
    ("com.burbn.instagram", Coverage::KnownNotRead),
    ("ph.telegra.Telegraph", Coverage::KnownNotRead),
    ("com.microsoft.skype.teams", Coverage::KnownNotRead),
    ("com.tinyspeck.chatlyio", Coverage::KnownNotRead),
    ("com.toyopagroup.picaboo", Coverage::KnownNotRead),
    ("com.viber", Coverage::KnownNotRead),
    ("ch.threema.iapp", Coverage::KnownNotRead),
    ("com.wire", Coverage::KnownNotRead),
    ("com.skype.skype", Coverage::KnownNotRead),
    ("com.google.Messages", Coverage::KnownNotRead),
    ("im.vector.app", Coverage::KnownNotRead),
    ("com.android.providers.telephony", Coverage::Read),
];

/// Readers of the phone's own messages.
const OWN: &[&str] = &["imessage", "sms-ie", "sms-xml", "telephony"];

/// Every app of the source with its coverage; the phone's own messages first.
pub(crate) fn coverage(opened: &Opened) -> Vec<App> {
    let own = opened.readers.iter().any(|r| OWN.iter().any(|own| r.describe().reader.starts_with(own)));
    let mut apps = Vec::new();
    // a backup of one app is no copy of a phone
    if own || opened.kind == "ios-backup" {
        let coverage = if own { Coverage::Read } else { Coverage::NotInSource };
        apps.push(App { id: "messages".to_owned(), coverage });
    }
    let mut installed = opened.apps.clone();
    installed.sort();
    installed.dedup();
    let folders: Vec<String> =
        opened.readers.iter().flat_map(|r| r.describe().schemas).map(|(name, _)| name).collect();
    for id in installed {
        // a database that lies in the app's own group folder is read
        if folders.iter().any(|f| f.starts_with(&format!("AppDomainGroup-group.{id}.shared/"))) {
            apps.push(App { id, coverage: Coverage::Read });
            continue;
        }
        let coverage = MESSENGERS.iter().find(|m| m.0 == id).map_or(Coverage::Unknown, |m| m.1);
        apps.push(App { id, coverage });
    }
    apps
}

/// Findings for messengers that are installed and not read: they must never pass for empty.
pub(crate) fn findings(opened: &Opened) -> Vec<String> {
    coverage(opened)
        .into_iter()
        .filter_map(|app| match app.coverage {
            Coverage::KnownNotRead => Some(format!("app_not_read:{}", app.id)),
            Coverage::NotInSource => Some(format!("app_not_in_source:{}", app.id)),
            Coverage::Read | Coverage::Unknown => None,
        })
        .collect()
}
