//! Messages gathered by conversation, because a verdict needs the whole of one: they wait, encrypted, in
//! scratch space while the source is read, and come back conversation by conversation, each with its
//! verdict. Memory is 16 bytes a message, what the files of attachments take, and what the first look
//! keeps of the messages of one conversation, at most [`MOST_AT_ONCE`].

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::mpsc::sync_channel;

use archive::{MessageNo, Sighting};
use classify::quality::Drift;
use classify::{Room, Verdict};
use evidence::{Scratch, ScratchWriter};
use model::{Message, ReadAt, canonical};
use vault::Plain;

use crate::batch::{EncodedBatch, File, Item};
use crate::classify::facts::Facts;
use crate::classify::{Open, Sorter};
use crate::error::JobError;

/// Messages of a conversation judged together; a longer one is judged in pieces.
const MOST_AT_ONCE: usize = 65_536;
/// In the place of a conversation: told by another kind of source, after all others.
const TOLD: u32 = u32::MAX;
/// Messages sent on together.
const HANDFUL: usize = 256;
/// Most bytes of scratch space.
const MOST_BYTES: u64 = 1 << 40;

/// What is known of a message before it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Known: it is context for its neighbours.
    Known,
    /// To be judged.
    New,
    /// Kept before, and changed since: it stays in its bucket.
    Changed(u32),
    /// Told by another kind of source in this run: it goes where that goes.
    Told,
    /// Told by another kind of source, and in this bucket.
    Elsewhere(u32),
}

/// What is known of a message by what marks it for several sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mates {
    /// Number of the message.
    pub(crate) message: Option<MessageNo>,
    /// Another source has one that may be it.
    pub(crate) alike: bool,
    /// And that one is withheld or erased: a person decides.
    pub(crate) withheld: bool,
}

/// A message with its verdict; one that was kept before has none.
pub(crate) struct Judged {
    /// Its frame.
    frame: Plain,
    pub(crate) standing: Standing,
    pub(crate) mates: Mates,
    pub(crate) message: Box<Message>,
    pub(crate) verdict: Option<(Verdict, Vec<String>)>,
    /// Contents of its attachments.
    pub(crate) files: Vec<File>,
}

struct Slot {
    at: u64,
    len: u32,
    conversation: u32,
}

/// Messages on their way into scratch space.
pub(crate) struct Gather {
    scratch: ScratchWriter,
    slots: Vec<Slot>,
    conversations: HashMap<Box<[u8]>, u32>,
    /// Whether there is anything to judge in a conversation.
    news: Vec<bool>,
    files: HashMap<u32, Vec<File>>,
    frame: Plain,
}

/// Bytes in front of the groups of a frame: sighting, standing, bucket, mates.
const HEAD: usize = MATES + 1 + 8;
const MATES: usize = SIGHTING + 1 + 4;
const SIGHTING: usize = 28;

fn scratch(e: &io::Error) -> JobError {
    JobError::io(std::env::temp_dir(), "using scratch space", e)
}

impl Gather {
    pub(crate) fn begin() -> Result<Self, JobError> {
        Ok(Self {
            scratch: ScratchWriter::new(MOST_BYTES).map_err(|e| scratch(&e))?,
            slots: Vec::new(),
            conversations: HashMap::new(),
            news: Vec::new(),
            files: HashMap::new(),
            frame: Plain::new(Vec::new()),
        })
    }

    /// Takes a message in.
    pub(crate) fn take(
        &mut self,
        batch: &EncodedBatch,
        item: &mut Item,
        sighting: Sighting,
        standing: Standing,
        mates: Mates,
    ) -> Result<(), JobError> {
        let frame = &mut self.frame;
        frame.clear();
        frame.extend_from_slice(&sighting.to_bytes());
        let (code, bucket) = match standing {
            Standing::Known | Standing::Elsewhere(_) => (0, 0),
            Standing::New => (1, 0),
            Standing::Changed(bucket) => (2, bucket),
            Standing::Told => (3, 0),
        };
        frame.push(code);
        frame.extend_from_slice(&bucket.to_be_bytes());
        let flags = [mates.message.is_some(), mates.alike, mates.withheld];
        frame.push((0..).zip(flags).map(|(bit, on)| u8::from(on) << bit).sum());
        frame.extend_from_slice(&mates.message.unwrap_or_default());
        for group in &item.groups {
            let bytes = &batch.bytes[group.clone()];
            frame.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            frame.extend_from_slice(bytes);
        }
        let at = self.scratch.written();
        self.scratch.write_all(frame).map_err(|e| scratch(&e))?;
        let place = u32::try_from(self.slots.len())
            .map_err(|_| JobError::Internal { what: "too many messages".into() })?;
        let key = &batch.bytes[item.conversation.clone()];
        let next = u32::try_from(self.conversations.len()).unwrap_or(u32::MAX);
        let conversation = match self.conversations.get(key) {
            Some(known) if !key.is_empty() => *known,
            _ => {
                // a message of no conversation stands alone
                let key =
                    if key.is_empty() { [&[0][..], &place.to_be_bytes()].concat() } else { key.to_vec() };
                self.conversations.insert(key.into(), next);
                self.news.push(false);
                next
            }
        };
        if standing != Standing::Known {
            self.news[conversation as usize] |= standing != Standing::Told;
            if !item.files.is_empty() {
                self.files.insert(place, std::mem::take(&mut item.files));
            }
        }
        let len = u32::try_from(frame.len())
            .map_err(|_| JobError::Internal { what: "a message of 4 GiB".into() })?;
        // what another source told waits until that is decided, and is nobody's neighbour
        let conversation = if standing == Standing::Told { TOLD } else { conversation };
        self.slots.push(Slot { at, len, conversation });
        Ok(())
    }

    /// Ends the gathering: every message that is not known, conversation by conversation in the order in which
    /// they first came, goes to `each` with its verdict. One thread judges while another seals. Gives how the
    /// conversations judged compare with those that the model learned from.
    pub(crate) fn judge(
        self,
        sorter: &Sorter,
        mut each: impl FnMut(Judged) -> Result<(), JobError>,
    ) -> Result<Option<Drift>, JobError> {
        let Self { scratch: writer, slots, conversations, news, mut files, frame: _ } = self;
        drop(conversations);
        let space = writer.finish().map_err(|e| scratch(&e))?;
        let mut order: Vec<u32> = (0..u32::try_from(slots.len()).unwrap_or(u32::MAX))
            .filter(|place| {
                let conversation = slots[*place as usize].conversation;
                conversation == TOLD || news[conversation as usize]
            })
            .collect();
        order.sort_by_key(|place| (slots[*place as usize].conversation, *place));
        let (give, inbox) = sync_channel::<Vec<(u32, Judged)>>(2);
        std::thread::scope(|scope| {
            let judge = move || -> Result<Option<Drift>, JobError> {
                let mut room = Room::default();
                let mut observed = sorter.observe();
                let same =
                    |a: &u32, b: &u32| slots[*a as usize].conversation == slots[*b as usize].conversation;
                for conversation in order.chunk_by(same) {
                    let told = conversation.first().is_some_and(|p| slots[*p as usize].conversation == TOLD);
                    for piece in conversation.chunks(MOST_AT_ONCE) {
                        let mut open = Open::default();
                        for place in piece.iter().filter(|_| !told) {
                            let (_, _, _, message) = read(&space, &slots[*place as usize])?;
                            sorter.add(&Facts::from(&*message), &mut room, &mut open);
                        }
                        let verdicts = sorter.verdicts(&open);
                        sorter.observed(&open, &verdicts, &mut observed);
                        let mut verdicts = sorter.explained(&open, &verdicts);
                        for handful in piece.chunks(HANDFUL) {
                            let mut judged = Vec::with_capacity(handful.len());
                            for place in handful {
                                let (frame, standing, mates, message) =
                                    read(&space, &slots[*place as usize])?;
                                let verdict = verdicts.next().filter(|_| standing == Standing::New);
                                if standing != Standing::Known {
                                    judged.push((
                                        *place,
                                        Judged {
                                            frame,
                                            standing,
                                            mates,
                                            message,
                                            verdict,
                                            files: Vec::new(),
                                        },
                                    ));
                                }
                            }
                            // the consumer is gone: it has failed and says why
                            if give.send(judged).is_err() {
                                return Ok(None);
                            }
                        }
                    }
                }
                Ok(observed.map(|o| o.drift()))
            };
            let thread = std::thread::Builder::new().name("judge".to_owned()).spawn_scoped(scope, judge);
            let thread = thread
                .map_err(|e| JobError::io(std::env::temp_dir(), "starting the thread that judges", &e))?;
            let mut consumed = Ok(());
            'all: for judged in inbox {
                for (place, mut judged) in judged {
                    judged.files = files.remove(&place).unwrap_or_default();
                    consumed = each(judged);
                    if consumed.is_err() {
                        break 'all;
                    }
                }
            }
            let judged =
                thread.join().map_err(|_| JobError::Internal { what: "the classifier panicked".into() })?;
            consumed?;
            judged
        })
    }
}

type Frame = (Plain, Standing, Mates, Box<Message>);

fn read(space: &Scratch, slot: &Slot) -> Result<Frame, JobError> {
    let mut frame = Plain::new(vec![0; slot.len as usize]);
    let mut done = 0;
    while done < frame.len() {
        let n = space.read_at(slot.at + done as u64, &mut frame[done..]).map_err(|e| scratch(&e))?;
        if n == 0 {
            return Err(scratch(&io::ErrorKind::UnexpectedEof.into()));
        }
        done += n;
    }
    let lost = || JobError::Internal { what: "a message did not come back from scratch space".into() };
    let bucket = frame.get(SIGHTING + 1..MATES).and_then(|b| b.try_into().ok());
    let standing = match (frame.get(SIGHTING), bucket) {
        (Some(0), _) => Standing::Known,
        (Some(1), _) => Standing::New,
        (Some(2), Some(bucket)) => Standing::Changed(u32::from_be_bytes(bucket)),
        (Some(3), _) => Standing::Told,
        _ => return Err(lost()),
    };
    let flags = *frame.get(MATES).ok_or_else(lost)?;
    let number = frame.get(MATES + 1..HEAD).and_then(|b| b.try_into().ok()).ok_or_else(lost)?;
    let message = (flags & 1 != 0).then_some(number);
    let mates = Mates { message, alike: flags & 2 != 0, withheld: flags & 4 != 0 };
    let groups = groups(&frame).ok_or_else(lost)?;
    let message = canonical::decode(groups).map_err(|_| lost())?;
    Ok((frame, standing, mates, Box::new(message)))
}

fn groups(frame: &[u8]) -> Option<[&[u8]; 7]> {
    seven(frame.get(HEAD..)?)
}

/// Seven groups, each behind its length.
pub(crate) fn seven(mut rest: &[u8]) -> Option<[&[u8]; 7]> {
    let mut groups = [&[][..]; 7];
    for group in &mut groups {
        let (len, after) = rest.split_first_chunk::<4>()?;
        let (bytes, after) = after.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)?;
        (*group, rest) = (bytes, after);
    }
    rest.is_empty().then_some(groups)
}

impl Judged {
    /// As the archive knows it.
    pub(crate) fn sighting(&self) -> Option<Sighting> {
        self.frame.first_chunk().map(Sighting::from_bytes)
    }

    /// Its seven groups.
    pub(crate) fn groups(&self) -> Option<[&[u8]; 7]> {
        groups(&self.frame)
    }
}
