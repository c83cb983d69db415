//! Status.plist, Manifest.plist and Info.plist: whether the backup is finished, how it is encrypted,
//! which phone it is of. Nothing in them is authenticated.

use evidence::{Opened, Tree, hash, property_list};
use model::{Device, Finding, Location, Place, Sensitive, SourceError};
use plist::{Dictionary, Value};

/// Most bytes of one of the three lists.
const MOST_BYTES: u64 = 64 << 20;

/// What the three lists say.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) device: Device,
    pub(crate) date: Option<i64>,
    pub(crate) apps: Vec<String>,
    /// The key bag of an encrypted backup.
    pub(crate) keybag: Option<Vec<u8>>,
    /// Class and wrapped key of Manifest.db, iOS 10.2 and later.
    pub(crate) manifest_key: Option<Vec<u8>>,
    pub(crate) findings: Vec<Finding>,
}

impl Facts {
    /// Reads the three lists. Manifest.plist must be whole where it is there; a copy that another
    /// tool decrypted may lack it.
    pub(crate) fn read(tree: &dyn Tree, root: &str, opened: &Opened) -> Result<Self, SourceError> {
        let mut facts = Self::default();
        match list(tree, root, "Status.plist", opened) {
            Ok(Some(status)) => {
                if text(&status, "SnapshotState").is_some_and(|state| state != "finished") {
                    return Err(SourceError::Unfinished {
                        what: "Status.plist says that the backup was not finished",
                    });
                }
                facts.date = date(&status, "Date");
            }
            Ok(None) => facts.finding("status_missing"),
            Err(_) => facts.finding("status_unreadable"),
        }
        // a copy that another tool decrypted may lack it; an encrypted one then fails at Manifest.db
        let manifest = list(tree, root, "Manifest.plist", opened)?.unwrap_or_else(|| {
            facts.finding("manifest_plist_missing");
            Dictionary::new()
        });
        if manifest.get("IsEncrypted").and_then(Value::as_boolean).unwrap_or(false) {
            let bag = manifest.get("BackupKeyBag").and_then(Value::as_data);
            facts.keybag =
                Some(bag.ok_or(SourceError::Missing { what: "BackupKeyBag in Manifest.plist" })?.to_vec());
            facts.manifest_key = manifest.get("ManifestKey").and_then(Value::as_data).map(<[u8]>::to_vec);
        }
        facts.date = date(&manifest, "Date").or(facts.date);
        if let Some(lockdown) = manifest.get("Lockdown").and_then(Value::as_dictionary) {
            facts.device = Device {
                serial: sensitive(lockdown, "SerialNumber"),
                udid: sensitive(lockdown, "UniqueDeviceID"),
                name: sensitive(lockdown, "DeviceName"),
                model: text(lockdown, "ProductType").map(str::to_owned),
                system: system(text(lockdown, "ProductVersion"), text(lockdown, "BuildVersion")),
                imei: None,
                number: None,
            };
        }
        if let Some(apps) = manifest.get("Applications").and_then(Value::as_dictionary) {
            facts.apps.extend(apps.keys().cloned());
        }
        match list(tree, root, "Info.plist", opened) {
            Ok(Some(info)) => facts.info(&info),
            Ok(None) => facts.finding("info_missing"),
            Err(_) => facts.finding("info_unreadable"),
        }
        Ok(facts)
    }

    fn info(&mut self, info: &Dictionary) {
        let d = &mut self.device;
        let both = d.serial.is_some() && info.contains_key("Serial Number");
        if both && d.serial != sensitive(info, "Serial Number") {
            self.findings.push(Finding { code: "device_differs_between_lists".to_owned(), at: None });
        }
        d.serial = d.serial.take().or_else(|| sensitive(info, "Serial Number"));
        d.imei = sensitive(info, "IMEI");
        d.udid = d.udid.take().or_else(|| sensitive(info, "Unique Identifier"));
        d.name = d.name.take().or_else(|| sensitive(info, "Device Name"));
        d.number = sensitive(info, "Phone Number");
        d.model = d.model.take().or_else(|| text(info, "Product Type").map(str::to_owned));
        d.system =
            d.system.take().or_else(|| system(text(info, "Product Version"), text(info, "Build Version")));
        self.date = self.date.or_else(|| date(info, "Last Backup Date"));
        if let Some(installed) = info.get("Installed Applications").and_then(Value::as_array) {
            self.apps.extend(installed.iter().filter_map(Value::as_string).map(str::to_owned));
        }
        self.apps.sort();
        self.apps.dedup();
    }

    fn finding(&mut self, code: &str) {
        self.findings.push(Finding { code: code.to_owned(), at: None });
    }
}

fn system(version: Option<&str>, build: Option<&str>) -> Option<String> {
    Some(match (version?, build) {
        (version, Some(build)) => format!("iOS {version} ({build})"),
        (version, None) => format!("iOS {version}"),
    })
}

fn text<'a>(d: &'a Dictionary, key: &str) -> Option<&'a str> {
    d.get(key).and_then(Value::as_string)
}

fn sensitive(d: &Dictionary, key: &str) -> Option<Sensitive<String>> {
    text(d, key).filter(|t| !t.is_empty()).map(|t| Sensitive::new(t.to_owned()))
}

/// Milliseconds since 1970.
fn date(d: &Dictionary, key: &str) -> Option<i64> {
    let time: std::time::SystemTime = d.get(key)?.as_date()?.into();
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

fn list(
    tree: &dyn Tree,
    root: &str,
    name: &'static str,
    opened: &Opened,
) -> Result<Option<Dictionary>, SourceError> {
    let Some(bytes) = tree.get(&format!("{root}{name}"))? else { return Ok(None) };
    let at = |fault| SourceError::damaged(Location { evidence: name.to_owned(), place: Place::File }, fault);
    if bytes.len() > MOST_BYTES {
        return Err(at(model::Fault::TooMuch { what: "bytes of a property list", bound: MOST_BYTES }));
    }
    let io = |e: std::io::Error| SourceError::io("reading a property list", &e);
    opened.note(name, hash(bytes.as_ref()).map_err(io)?);
    let mut buf = vec![0; usize::try_from(bytes.len()).unwrap_or_default()];
    bytes.read_exact_at(0, &mut buf).map_err(io)?;
    let value = property_list::parse(&buf).map_err(at)?;
    value.into_dictionary().map(Some).ok_or_else(|| at(model::Fault::Unexpected { expected: "a dictionary" }))
}
