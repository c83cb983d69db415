//! `read` of a source in which several readers may find the same messages: they wait, encrypted, in scratch
//! space until all were read, and each becomes one line with everything that tells it. Memory is some 120
//! bytes a message.

use std::collections::HashMap;
use std::io::{self, Write};

use archive::{Alike, Before, MessageNo, Told};
use evidence::{Scratch, ScratchWriter};
use model::{Message, canonical, wire};
use serde_json::Value;
use vault::Plain;

use crate::batch::{EncodedBatch, Item};
use crate::error::JobError;
use crate::identity::Occurrences;
use crate::likeness::{self, Names};

/// Most bytes of scratch space.
const MOST_BYTES: u64 = 1 << 40;
/// No further telling.
const NONE: u32 = u32::MAX;

struct Slot {
    at: u64,
    len: u32,
    /// The next telling of the same message.
    next: u32,
    /// Not the first telling.
    follows: bool,
    /// Another source has a message that may be this one.
    alike: bool,
}

/// Messages on their way into scratch space.
pub(crate) struct Together {
    scratch: ScratchWriter,
    slots: Vec<Slot>,
    table: Alike,
    /// Of each message its first telling, and the last so far.
    chains: HashMap<MessageNo, (u32, u32)>,
    occurrences: Occurrences,
    names: Names,
    identity: Vec<u8>,
    frame: Plain,
}

/// What became of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Merged {
    /// Tellings that are part of another's line.
    pub(crate) elsewhere: u64,
    /// Messages that another source may have too.
    pub(crate) alike: u64,
}

fn scratch(e: &io::Error) -> JobError {
    JobError::io(std::env::temp_dir(), "using scratch space", e)
}

/// Which readers may find the same messages, by what they call themselves.
pub(crate) fn overlapping(kind: &str, readers: &[String]) -> Vec<bool> {
    let family = |reader: &String| match reader.split(' ').next().unwrap_or_default() {
        "telephony" | "sms-xml" | "sms-ie" => 1,
        "signal" => 2,
        "whatsapp-android" | "whatsapp-ios" | "whatsapp-export" => 3,
        _ => 0,
    };
    let several = |reader: &String| {
        let others = readers.iter().filter(|other| family(other) == family(reader));
        // two readers of one name may read two kinds of source
        let one_name = reader.starts_with("telephony") || reader.starts_with("signal");
        let told_apart = others.clone().any(|other| other != reader);
        family(reader) > 0 && others.count() > 1 && (one_name || told_apart)
    };
    // an iPhone's backup has each app once
    readers.iter().map(|reader| !kind.starts_with("ios") && several(reader)).collect()
}

impl Together {
    pub(crate) fn begin() -> Result<Self, JobError> {
        let table = Alike::new().map_err(|e| JobError::Internal { what: e.to_string() })?;
        Ok(Self {
            scratch: ScratchWriter::new(MOST_BYTES).map_err(|e| scratch(&e))?,
            slots: Vec::new(),
            table,
            chains: HashMap::new(),
            occurrences: Occurrences::default(),
            names: Names::default(),
            identity: Vec::new(),
            frame: Plain::new(Vec::new()),
        })
    }

    /// Takes a message in.
    pub(crate) fn take(&mut self, batch: &EncodedBatch, item: &Item) -> Result<(), JobError> {
        self.frame.clear();
        for group in &item.groups {
            let bytes = &batch.bytes[group.clone()];
            self.frame.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            self.frame.extend_from_slice(bytes);
        }
        let at = self.scratch.written();
        self.scratch.write_all(&self.frame).map_err(|e| scratch(&e))?;
        let place = u32::try_from(self.slots.len()).ok().filter(|place| *place < NONE);
        let place = place.ok_or_else(|| JobError::Internal { what: "too many messages".into() })?;
        let len = u32::try_from(self.frame.len())
            .map_err(|_| JobError::Internal { what: "a message of 4 GiB".into() })?;
        let mut slot = Slot { at, len, next: NONE, follows: false, alike: false };
        match self.told(batch, item) {
            Some(Told { message, before: Before::Nobody { alike, .. } }) => {
                slot.alike = alike;
                self.chains.insert(message, (place, place));
            }
            Some(Told { message, before: Before::Other { .. } }) => {
                if let Some((_, last)) = self.chains.get_mut(&message) {
                    self.slots[*last as usize].next = place;
                    *last = place;
                    slot.follows = true;
                }
            }
            // twice in one source: two lines, as that source has it
            Some(Told { before: Before::Self_, .. }) | None => {}
        }
        self.slots.push(slot);
        Ok(())
    }

    fn told(&mut self, batch: &EncodedBatch, item: &Item) -> Option<Told> {
        let teller = item.teller?;
        let identity = &batch.bytes[item.identity.clone()];
        self.identity.clear();
        self.identity.extend_from_slice(identity);
        self.occurrences.number(identity, item.whole, &mut self.identity);
        item.named.iter().for_each(|named| self.names.learn(named));
        let likenesses: Vec<_> = item.marks.iter().map(|m| m.under(&m.key, &self.names)).collect();
        self.table.told(&self.identity, teller.no, &likenesses)
    }

    /// Writes a line for each message, in the order in which they were first told.
    pub(crate) fn write(self, out: &mut dyn Write) -> Result<Merged, JobError> {
        let Self { scratch: writer, slots, table, chains, .. } = self;
        drop((table, chains));
        let space = writer.finish().map_err(|e| scratch(&e))?;
        let mut merged = Merged::default();
        let mut line = Vec::new();
        for slot in slots.iter().filter(|slot| !slot.follows) {
            let mut tellings = vec![read(&space, slot)?];
            let mut next = slot.next;
            while let Some(slot) = slots.get(next as usize).filter(|_| next != NONE) {
                tellings.push(read(&space, slot)?);
                next = slot.next;
            }
            merged.elsewhere += tellings.len() as u64 - 1;
            // in an order of its own, whatever was read first
            tellings.sort_by_key(|m| likeness::rank(m));
            let mut tellings = tellings.into_iter();
            let Some(mut message) = tellings.next() else { continue };
            let mut others: Vec<Box<Message>> = tellings.collect();
            others.dedup();
            let also: Vec<Value> = others.iter().map(|other| wire::also(&message, other)).collect();
            if slot.alike {
                merged.alike += 1;
                message.doubts.push("possible_duplicate".into());
            }
            line.clear();
            wire::write_line_also(&mut line, &message, &also, None);
            out.write_all(&line)
                .map_err(|e| JobError::io(std::path::Path::new("-"), "writing the messages", &e))?;
        }
        Ok(merged)
    }
}

fn read(space: &Scratch, slot: &Slot) -> Result<Box<Message>, JobError> {
    let lost = || JobError::Internal { what: "a message did not come back from scratch space".into() };
    let mut frame = Plain::new(vec![0; slot.len as usize]);
    let mut done = 0;
    while done < frame.len() {
        match model::ReadAt::read_at(space, slot.at + done as u64, &mut frame[done..]) {
            Ok(0) => return Err(scratch(&io::ErrorKind::UnexpectedEof.into())),
            Ok(n) => done += n,
            Err(e) => return Err(scratch(&e)),
        }
    }
    let groups = crate::gather::seven(&frame).ok_or_else(lost)?;
    canonical::decode(groups).map(Box::new).map_err(|_| lost())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_readers_may_find_the_same() {
        let check = |kind: &str, readers: &[&str], expected: &[bool]| {
            let readers: Vec<String> = readers.iter().map(|r| format!("{r} 1")).collect();
            assert_eq!(overlapping(kind, &readers), expected, "{readers:?}");
        };
        check("sms-ie", &["sms-ie", "sms-xml", "whatsapp-export"], &[true, true, false]);
        check("android-telephony", &["telephony", "telephony", "signal"], &[true, true, false]);
        check("signal-android-backup", &["signal", "signal"], &[true, true]);
        check("sms-backup-restore", &["sms-xml", "sms-xml"], &[false, false]);
        check("whatsapp-android", &["whatsapp-android", "whatsapp-export"], &[true, true]);
        check("ios-backup", &["imessage", "whatsapp-ios", "whatsapp-ios"], &[false, false, false]);
        check("x", &["smart", "smart"], &[false, false]);
    }
}
