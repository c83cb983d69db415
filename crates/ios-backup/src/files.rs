//! The files of a phone as they lie on it: an extraction of the whole file system, as a folder, a tar or
//! a zip with `private/var/mobile` somewhere near its root. The same domains as in a backup lead to the
//! same files, so that readers need not know which of the two they read.

use std::collections::BTreeMap;
use std::sync::Arc;

use evidence::{Evidence, EvidenceSet, Opened, Tree, hash, property_list};
use model::SourceError;
use plist::Value;

use crate::manifest::file_id;
use crate::shown;

/// Where the home folder of a phone lies below the root of an extraction.
const HOMES: [&str; 4] = ["private/var/mobile", "var/mobile", "mobile", ""];
/// What must be in a home folder for it to be one.
const MESSAGES: &str = "Library/SMS/sms.db";
/// Most folders that are looked into at each of two levels.
const MOST_FOLDERS: usize = 64;
/// Most containers of apps, and most bytes of the list that says whose one is.
const MOST_CONTAINERS: usize = 5000;
const MOST_BYTES: u64 = 1 << 20;
const WHOSE: &str = ".com.apple.mobile_container_manager.metadata.plist";

/// The files of a phone.
pub struct IosFiles {
    tree: Arc<dyn Tree>,
    home: String,
    /// Folders of app groups and apps, by id.
    groups: BTreeMap<String, String>,
    apps: BTreeMap<String, String>,
    /// By their names in the tree.
    hashed: Opened,
    /// By names fit to be shown.
    opened: Opened,
}

/// A folder and a name in it.
fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The home folder of the phone below `root`.
fn home(tree: &dyn Tree, root: &str) -> Result<Option<String>, SourceError> {
    for home in HOMES {
        // a home folder that no path says is one is known by its messages only
        let bare = home.is_empty();
        let home = if bare { root.to_owned() } else { join(root, home) };
        let containers = || tree.list(&join(&home, "Containers")).map(|names| !names.is_empty());
        if tree.get(&join(&home, MESSAGES))?.is_some() || (!bare && containers()?) {
            return Ok(Some(home));
        }
    }
    Ok(None)
}

impl IosFiles {
    /// The files in `tree`, when it is an extraction: its root, or what lies one or two folders down.
    ///
    /// # Errors
    /// When the tree cannot be listed.
    pub fn find(tree: Arc<dyn Tree>) -> Result<Option<Self>, SourceError> {
        if let Some(home) = home(tree.as_ref(), "")? {
            return Ok(Some(Self::at(tree, home)));
        }
        for first in tree.list("")?.into_iter().take(MOST_FOLDERS) {
            if let Some(home) = home(tree.as_ref(), &first)? {
                return Ok(Some(Self::at(tree, home)));
            }
            for second in tree.list(&first)?.into_iter().take(MOST_FOLDERS) {
                if let Some(home) = home(tree.as_ref(), &join(&first, &second))? {
                    return Ok(Some(Self::at(tree, home)));
                }
            }
        }
        Ok(None)
    }

    fn at(tree: Arc<dyn Tree>, home: String) -> Self {
        let groups = containers(tree.as_ref(), &join(&home, "Containers/Shared/AppGroup"));
        let apps = containers(tree.as_ref(), &join(&home, "Containers/Data/Application"));
        Self { tree, home, groups, apps, hashed: Opened::default(), opened: Opened::default() }
    }

    /// Ids of the apps that have a folder on the phone.
    pub fn apps(&self) -> Vec<String> {
        self.apps.keys().cloned().collect()
    }

    /// Where a path of a domain lies in the tree.
    fn place(&self, domain: &str, path: &str) -> Option<String> {
        if let Some(group) = domain.strip_prefix("AppDomainGroup-") {
            return Some(join(self.groups.get(group)?, path));
        }
        if let Some(app) = domain.strip_prefix("AppDomain-") {
            return Some(join(self.apps.get(app)?, path));
        }
        let home = ["HomeDomain", "MediaDomain", "CameraRollDomain"].contains(&domain);
        home.then(|| join(&self.home, path))
    }
}

/// Folders of containers by the id of whom they belong to.
fn containers(tree: &dyn Tree, folder: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for name in tree.list(folder).unwrap_or_default().into_iter().take(MOST_CONTAINERS) {
        let folder = join(folder, &name);
        let Ok(Some(bytes)) = tree.get(&join(&folder, WHOSE)) else { continue };
        let mut list = vec![0; usize::try_from(bytes.len().min(MOST_BYTES)).unwrap_or_default()];
        if bytes.read_exact_at(0, &mut list).is_err() {
            continue;
        }
        let id = property_list::parse(&list)
            .ok()
            .and_then(Value::into_dictionary)
            .and_then(|d| d.get("MCMMetadataIdentifier").and_then(Value::as_string).map(str::to_owned));
        if let Some(id) = id {
            found.entry(id).or_insert(folder);
        }
    }
    found
}

impl EvidenceSet for IosFiles {
    fn get(&self, domain: &str, path: &str) -> Result<Option<Evidence>, SourceError> {
        let Some(place) = self.place(domain, path) else { return Ok(None) };
        let Some(bytes) = self.tree.get(&place)? else { return Ok(None) };
        // files of messages are called after persons here as in a backup, and are shown as from one
        let name = shown(domain, path, &file_id(domain, path));
        let sha256 = match self.hashed.get(&place) {
            Some(known) => known,
            None => hash(bytes.as_ref()).map_err(|e| SourceError::io("hashing", &e))?,
        };
        self.hashed.note(&place, sha256);
        self.opened.note(&name, sha256);
        Ok(Some(Evidence { name, bytes, sha256 }))
    }

    fn opened(&self) -> Vec<(String, [u8; 32])> {
        self.opened.all()
    }
}
