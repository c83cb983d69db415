//! What must be known before the messages: where the files are described, where the sources of each model,
//! and which chats say who takes part only behind their messages. Places, not contents: 16 bytes each, and
//! looked up in the report when they are needed.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use model::{Fault, ReadAt};

use crate::nest::{Element, Nest, Step};
use crate::scanner::Scanner;
use crate::tree::name;

/// Most places of one kind.
const MOST: usize = 4_000_000;
/// Most bytes of the description of a file or of a source.
const MOST_DESCRIPTION: usize = 1 << 18;

/// Places by a hash of what they are looked up by.
#[derive(Default)]
struct Places {
    sorted: Vec<(u64, u64)>,
    beyond: u64,
}

impl Places {
    fn add(&mut self, key: u64, at: u64) {
        if self.sorted.len() < MOST { self.sorted.push((key, at)) } else { self.beyond += 1 }
    }

    fn sort(&mut self) {
        self.sorted.sort_unstable();
        self.sorted.shrink_to_fit();
    }

    fn find(&self, key: u64) -> impl Iterator<Item = u64> {
        let from = self.sorted.partition_point(|p| p.0 < key);
        // a hash that fits and is of something else is told when the place is read
        self.sorted[from..].iter().take_while(move |p| p.0 == key).take(8).map(|p| p.1)
    }
}

/// A file as the report describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) id: String,
    /// Where it lies in the source, with `/`.
    pub(crate) local: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) sha256: Option<[u8; 32]>,
    pub(crate) md5: Option<[u8; 16]>,
}

/// What a part of a model was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Node {
    /// Path in the copy of the phone.
    pub(crate) path: String,
    /// Table, offset, size ... as written.
    pub(crate) rest: Vec<(String, String)>,
}

/// The places of a report.
pub(crate) struct Index {
    hasher: RandomState,
    files: Places,
    locals: Places,
    nodes: Places,
    /// Offset of a chat to that behind its messages, where more of it follows.
    late: HashMap<u64, u64>,
    looks: Nest,
}

/// A path as trees have it.
pub(crate) fn as_path(written: &str) -> String {
    let path = written.trim().replace('\\', "/");
    path.trim_start_matches("./").trim_start_matches('/').to_owned()
}

fn digest<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let hex = hex.trim();
    if hex.len() != 2 * N || !hex.is_ascii() {
        return None;
    }
    let mut out = [0; N];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(out)
}

impl Index {
    /// Reads the report through once.
    pub(crate) fn of(bytes: &Arc<dyn ReadAt>) -> Result<Self, Fault> {
        let mut index = Self {
            hasher: RandomState::new(),
            files: Places::default(),
            locals: Places::default(),
            nodes: Places::default(),
            late: HashMap::new(),
            looks: Nest::new(Scanner::for_looks(bytes.clone())),
        };
        let mut nest = Nest::new(Scanner::new(bytes.clone()));
        loop {
            let began = match nest.step(false)? {
                Step::End => break,
                Step::Close | Step::Text => continue,
                Step::Open(element) => match element {
                    Element::File => {
                        let at = nest.began;
                        let file = describe(&mut nest)?;
                        if !file.id.is_empty() {
                            index.files.add(index.hasher.hash_one(&file.id), at);
                        }
                        if let Some(local) = file.local {
                            index.locals.add(index.hasher.hash_one(&local), at);
                        }
                        continue;
                    }
                    Element::ExtraInfo => {
                        if let Some(id) = nest.scanner.tag.get("id") {
                            index.nodes.add(index.hasher.hash_one(id.as_ref()), nest.began);
                        }
                        let depth = nest.depth();
                        nest.leave(depth)?;
                        continue;
                    }
                    Element::Bookmarks => {
                        let depth = nest.depth();
                        nest.leave(depth)?;
                        continue;
                    }
                    Element::Model => nest.began,
                    _ => continue,
                },
            };
            if nest.scanner.tag.get("type").as_deref() != Some("Chat") {
                let depth = nest.depth();
                nest.leave(depth)?;
                continue;
            }
            if let Some(behind) = index.chat(&mut nest)? {
                index.late.insert(began, behind);
            }
        }
        for places in [&mut index.files, &mut index.locals, &mut index.nodes] {
            places.sort();
        }
        Ok(index)
    }

    /// Where the messages of a chat end, when something of it follows.
    fn chat(&self, nest: &mut Nest) -> Result<Option<u64>, Fault> {
        let depth = nest.depth();
        let (mut behind, mut late) = (None, false);
        loop {
            match nest.step(false)? {
                Step::End => break,
                Step::Close if nest.depth() < depth => break,
                Step::Close | Step::Text => {}
                Step::Open(_) => {
                    let messages = is_messages(nest);
                    let at = nest.depth();
                    nest.leave(at)?;
                    if messages {
                        behind.get_or_insert(nest.here());
                    } else {
                        late |= behind.is_some();
                    }
                }
            }
        }
        Ok(behind.filter(|_| late && self.late.len() < MOST))
    }

    /// Descriptions that were too many to be kept in mind.
    pub(crate) fn beyond(&self) -> u64 {
        self.files.beyond + self.locals.beyond + self.nodes.beyond
    }

    /// Where the rest of a chat stands, when it stands behind its messages.
    pub(crate) fn late(&self, chat: u64) -> Option<u64> {
        self.late.get(&chat).copied()
    }

    /// The nest for short looks.
    pub(crate) fn looks(&mut self) -> &mut Nest {
        &mut self.looks
    }

    /// The file with this id.
    pub(crate) fn file(&mut self, id: &str) -> Result<Option<Described>, Fault> {
        let places: Vec<u64> = self.files.find(self.hasher.hash_one(id)).collect();
        self.described(&places, |file| file.id == id)
    }

    /// The file that lies there in the source.
    pub(crate) fn file_at(&mut self, local: &str) -> Result<Option<Described>, Fault> {
        let places: Vec<u64> = self.locals.find(self.hasher.hash_one(local)).collect();
        self.described(&places, |file| file.local.as_deref() == Some(local))
    }

    fn described(
        &mut self,
        places: &[u64],
        is: impl Fn(&Described) -> bool,
    ) -> Result<Option<Described>, Fault> {
        for at in places {
            self.looks.go_to(*at);
            if self.looks.step(false)? == Step::Open(Element::File) {
                let file = describe(&mut self.looks)?;
                if is(&file) {
                    return Ok(Some(file));
                }
            }
        }
        Ok(None)
    }

    /// What the model with this id was read from.
    pub(crate) fn nodes(&mut self, id: &str) -> Result<Vec<Node>, Fault> {
        let mut found = Vec::new();
        let places: Vec<u64> = self.nodes.find(self.hasher.hash_one(id)).collect();
        for at in places {
            self.looks.go_to(at);
            let open = self.looks.step(false)? == Step::Open(Element::ExtraInfo);
            if !open || self.looks.scanner.tag.get("id").as_deref() != Some(id) {
                continue;
            }
            let mut room = MOST_DESCRIPTION;
            loop {
                if self.looks.scanner.offset() - at > MOST_DESCRIPTION as u64 {
                    break;
                }
                match self.looks.step(false)? {
                    Step::End => break,
                    Step::Close if self.looks.depth() == 0 => break,
                    Step::Open(Element::NodeInfo) => {
                        let node = node(&self.looks);
                        let size = node.path.len()
                            + node.rest.iter().map(|(n, v)| n.len() + v.len() + 2).sum::<usize>();
                        let Some(left) = room.checked_sub(size + 1) else { break };
                        room = left;
                        found.push(node);
                    }
                    Step::Open(_) | Step::Close | Step::Text => {}
                }
            }
        }
        Ok(found)
    }
}

fn node(nest: &Nest) -> Node {
    let mut node = Node::default();
    for (key, value) in nest.scanner.tag.all() {
        match key {
            b"path" => node.path = value.into_owned(),
            // the number of the node in the report's own list
            b"id" => {}
            _ if !value.is_empty() => {
                node.rest.push((String::from_utf8_lossy(key).into_owned(), value.into_owned()));
            }
            _ => {}
        }
    }
    node
}

/// Whether the element that was just opened holds the messages of a chat.
pub(crate) fn is_messages(nest: &Nest) -> bool {
    let tag = &nest.scanner.tag;
    tag.name() == b"multiModelField"
        && (tag.get("name").as_deref() == Some("Messages")
            || tag.get("type").as_deref() == Some("InstantMessage"))
}

/// The description of the file that was just opened, up to its end.
fn describe(nest: &mut Nest) -> Result<Described, Fault> {
    let (depth, began) = (nest.depth(), nest.began);
    let tag = &nest.scanner.tag;
    let mut file = Described {
        id: tag.get("id").map(|id| id.into_owned()).unwrap_or_default(),
        size: tag.get("size").and_then(|s| s.trim().parse().ok()),
        ..Described::default()
    };
    loop {
        if nest.scanner.offset() - began > MOST_DESCRIPTION as u64 {
            return Ok(file);
        }
        match nest.step(false)? {
            Step::End => return Ok(file),
            Step::Close if nest.depth() < depth => return Ok(file),
            Step::Open(Element::Item) => {
                let called = nest.scanner.tag.get("name").map(|n| name(&n)).unwrap_or_default();
                let text = nest.text()?;
                match called.as_ref() {
                    "Local Path" => {
                        file.local =
                            Some(as_path(&text)).filter(|p| !p.is_empty() && p.len() < MOST_DESCRIPTION);
                    }
                    "SHA256" | "SHA-256" => file.sha256 = digest(&text),
                    "MD5" => file.md5 = digest(&text),
                    _ => {}
                }
            }
            Step::Open(_) | Step::Close | Step::Text => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "<project><taggedFiles>\
        <file id='f1' size='3' path='/a'><metadata section='File'><item name='Local Path'><![CDATA[files\\Image\\a.jpg]]></item>\
        <item name='SHA256'>ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad</item></metadata></file>\
        <file id='f2' size='x'/></taggedFiles>\
        <decodedData><modelType type='Chat'><model type='Chat' id='c'><multiModelField name='Messages' type='InstantMessage'>\
        <model type='InstantMessage' id='m'/></multiModelField><field name='Name'><value>n</value></field></model></modelType></decodedData>\
        <extraInfos><extraInfo type='model' id='m'><sourceInfo><nodeInfos><nodeInfo id='9' path='p/x.db' tableName='t' offset='12'/>\
        </nodeInfos></sourceInfo></extraInfo></extraInfos></project>";

    #[test]
    fn places_are_found_again() {
        let bytes: Arc<dyn ReadAt> = Arc::new(REPORT.as_bytes().to_vec());
        let mut index = Index::of(&bytes).unwrap();
        let file = index.file("f1").unwrap().unwrap();
        assert_eq!((file.size, file.local.as_deref()), (Some(3), Some("files/Image/a.jpg")));
        assert_eq!(file.sha256.unwrap()[..2], [0xba, 0x78]);
        assert_eq!(index.file_at("files/Image/a.jpg").unwrap(), Some(file));
        assert_eq!(index.file("f2").unwrap().unwrap().size, None);
        assert_eq!(index.file("f3").unwrap(), None);
        let nodes = index.nodes("m").unwrap();
        assert_eq!(nodes[0].path, "p/x.db");
        assert_eq!(nodes[0].rest, [("tableName".into(), "t".into()), ("offset".into(), "12".into())]);
        assert!(index.nodes("n").unwrap().is_empty());
        let chat = REPORT.find("<model type='Chat'").unwrap() as u64;
        let behind = REPORT.find("<field name='Name'>").unwrap() as u64;
        assert_eq!((index.late(chat), index.late(1)), (Some(behind), None));
    }
}
