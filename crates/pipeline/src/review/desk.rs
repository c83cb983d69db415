//! A reviewer's desk: held messages, opened, one conversation at a time among their neighbours; and the
//! decisions on them. What is opened here goes to the reviewer's screen and nowhere else.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use archive::{Archive, Entry, Operator};
use chain::EntryType;
use jiff::civil::Date;
use model::{Message, Stamp, canonical, wire};
use serde::Serialize;

use super::vote::{Choice, Decision};
use super::{Item, Pile, State, name, piles};
use crate::error::JobError;
use crate::places::Places;
use crate::verdict;

/// Neighbours from the archive on each side of what waits.
const NEIGHBOURS: usize = 4;
/// A neighbour is at most this far away, milliseconds: a session's gap.
const GAP: i64 = 6 * 3600 * 1000;

/// What to put on the desk.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Whose messages; everybody's where absent.
    pub custodian: Option<String>,
    /// Also what is excluded already, or decided.
    pub all: bool,
    /// Only these, without what the sorting said of them.
    pub blind: Option<BTreeSet<String>>,
}

/// A conversation with messages that wait.
#[derive(Debug, Serialize)]
pub struct Conversation {
    /// Whose messages.
    pub custodian: String,
    /// Its id as the source has it.
    pub conversation: String,
    /// Its name.
    pub conversation_name: Option<String>,
    /// The others.
    pub participants: Vec<String>,
    /// First deadline of what waits.
    pub deadline: String,
    /// Messages in order of time.
    pub lines: Vec<Line>,
}

/// One message of a conversation.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Name of the held message; `null` for a neighbour that is in the archive.
    pub item: Option<String>,
    /// Milliseconds since 1970.
    pub at: Option<i64>,
    /// From the owner.
    pub outgoing: bool,
    /// Name or address of the sender.
    pub sender: String,
    /// The text.
    pub text: String,
    /// Attachments.
    pub attachments: usize,
    /// Where it stands.
    pub state: Option<State>,
    /// What the sorting decided.
    pub verdict: Option<String>,
    /// Why it is, or may be, outside the guidelines.
    pub ground: Option<String>,
    /// Probability of work.
    pub p_work: Option<f64>,
    /// What weighed most.
    pub reasons: Vec<String>,
}

/// The desk.
pub struct Desk<'a> {
    places: &'a Places,
    operator: &'a Operator,
    archive: Archive,
    piles: Vec<Pile>,
    /// Runs that are sealed to others than this operator.
    pub sealed_to_others: usize,
    /// Messages of months that were opened for their neighbourhood, by bucket.
    months: HashMap<[u8; 16], Vec<(String, Line)>>,
}

/// A held message, opened.
struct Opened {
    deadline: Date,
    bucket: [u8; 16],
    conversation: Option<Arc<model::Conversation>>,
    line: Line,
}

impl<'a> Desk<'a> {
    /// Sits down.
    ///
    /// # Errors
    /// What keeps archive or holding area from being read.
    pub fn open(places: &'a Places, operator: &'a Operator) -> Result<Self, JobError> {
        let archive = places.open()?;
        let piles = piles(places, &archive)?;
        Ok(Self { places, operator, archive, piles, sealed_to_others: 0, months: HashMap::new() })
    }

    /// Conversations with something to decide, in the order of their deadlines, then of time.
    ///
    /// # Errors
    /// [`JobError`] where a held message does not open.
    pub fn conversations(&mut self, ask: &Ask) -> Result<Vec<Conversation>, JobError> {
        let fail = |e| self.places.fail(e);
        let area = self.places.area().map_err(fail)?;
        let mut open: BTreeMap<(String, String), Vec<Opened>> = BTreeMap::new();
        self.sealed_to_others = 0;
        for pile in &self.piles {
            if ask.custodian.as_ref().is_some_and(|c| *c != pile.custodian) {
                continue;
            }
            let wanted = |i: &&Item| match i.state {
                State::Kept | State::Shredded => false,
                _ if ask.blind.is_some() => {
                    ask.blind.as_ref().is_some_and(|only| only.contains(&name(&pile.run.run, i.held.slot)))
                }
                State::Open | State::Proposed => true,
                State::Keep | State::Exclude => ask.all,
            };
            if !pile.items.iter().any(|i| wanted(&i)) {
                continue;
            }
            let Some(mut reviewing) =
                self.archive.reviewing(self.operator, &area, &pile.run).map_err(fail)?
            else {
                self.sealed_to_others += 1;
                continue;
            };
            for item in pile.items.iter().filter(wanted) {
                let opened = reviewing.record(&item.held, |groups| {
                    let seven = std::array::from_fn(|i| groups[i]);
                    Some((canonical::decode(seven).ok()?, verdict::decode(groups[7]).ok()?))
                });
                let malformed = || JobError::Integrity { what: "a held message is malformed".to_owned() };
                let (message, verdict) = opened.map_err(fail)?.ok_or_else(malformed)?;
                let mut line = line(&message);
                line.item = Some(name(&pile.run.run, item.held.slot));
                if ask.blind.is_none() {
                    line.state = Some(item.state);
                    line.verdict = Some(verdict.sorted.decision.word().to_owned());
                    line.ground = verdict.sorted.ground.map(|g| g.word().to_owned());
                    line.p_work = verdict.sorted.p_work.map(|p| f64::from(p) / 1e6);
                    line.reasons = verdict.sorted.reasons;
                }
                let key = (pile.custodian.clone(), conversation_id(&message));
                let (deadline, bucket, conversation) =
                    (pile.deadline, item.held.bucket, message.conversation);
                open.entry(key).or_default().push(Opened { deadline, bucket, conversation, line });
            }
        }
        let mut out = Vec::new();
        for ((custodian, id), items) in open {
            out.push(self.conversation(custodian, id, items)?);
        }
        out.sort_by(|a: &Conversation, b| {
            let first = |c: &Conversation| c.lines.iter().filter_map(|l| l.at).min();
            (&a.deadline, first(a)).cmp(&(&b.deadline, first(b)))
        });
        Ok(out)
    }

    fn conversation(
        &mut self,
        custodian: String,
        id: String,
        items: Vec<Opened>,
    ) -> Result<Conversation, JobError> {
        let deadline = items.iter().map(|i| i.deadline).min().unwrap_or(Date::MIN).to_string();
        let mut buckets: Vec<[u8; 16]> = items.iter().map(|i| i.bucket).collect();
        buckets.sort_unstable();
        buckets.dedup();
        let head = items.first().and_then(|i| i.conversation.clone());
        let mut lines: Vec<Line> = items.into_iter().map(|i| i.line).collect();
        lines.sort_by_key(|l| l.at);
        let around = self.neighbours(&buckets, &id)?;
        lines = beside(lines, around);
        let text = |t: &model::Text| t.expose().to_string();
        Ok(Conversation {
            custodian,
            conversation: id,
            conversation_name: head.as_ref().and_then(|c| c.name.as_ref().map(text)),
            participants: head.map(|c| c.participants.iter().map(text).collect()).unwrap_or_default(),
            deadline,
            lines,
        })
    }

    /// Messages of a conversation that are in the archive, as far as the operator may query it.
    fn neighbours(&mut self, buckets: &[[u8; 16]], id: &str) -> Result<Vec<Line>, JobError> {
        let fail = |e| self.places.fail(e);
        for bucket in buckets {
            if self.months.contains_key(bucket) {
                continue;
            }
            let mut lines = Vec::new();
            let number = self.archive.buckets().iter().position(|b| b.id == *bucket);
            if let (Some(number), Some(_)) = (number, self.operator.bucket(bucket).map_err(fail)?) {
                let each = &mut |record: archive::Record<'_>| {
                    if let Ok(message) = canonical::decode(std::array::from_fn(|i| record.groups[i])) {
                        lines.push((conversation_id(&message), line(&message)));
                    }
                    Ok(())
                };
                self.archive.records(self.operator, number, each).map_err(fail)?;
            }
            lines.sort_by_key(|(_, l)| l.at);
            self.months.insert(*bucket, lines);
        }
        let months = buckets.iter().filter_map(|b| self.months.get(b)).flatten();
        let mut lines: Vec<Line> = months.filter(|(of, _)| of == id).map(|(_, l)| l.again()).collect();
        lines.sort_by_key(|l| l.at);
        Ok(lines)
    }

    /// Records a decision on held messages, by their names; gives how many it was about.
    ///
    /// # Errors
    /// [`JobError::NoRight`] without the right `review`, [`JobError::BadValue`] for a name of nothing that
    /// waits.
    pub fn decide(&mut self, verdict: &Deciding, now: i64) -> Result<u64, JobError> {
        let fail = |e| self.places.fail(e);
        let area = self.places.area().map_err(fail)?;
        let wanted: BTreeSet<&String> = verdict.items.iter().collect();
        // nobody gives a bucket another key meanwhile
        let mut writer = self.places.writer(now)?;
        let mut entries = Vec::new();
        let mut count = 0;
        let mut found = 0;
        for pile in &self.piles {
            let named = |i: &&Item| wanted.contains(&name(&pile.run.run, i.held.slot));
            let chosen: Vec<&Item> = pile.items.iter().filter(named).collect();
            found += chosen.len();
            if chosen.iter().any(|i| matches!(i.state, State::Kept | State::Shredded)) {
                return Err(JobError::BadValue { what: "item", why: "is settled already".to_owned() });
            }
            if chosen.is_empty() {
                continue;
            }
            if verdict.choice == Choice::Keep {
                let no = || JobError::NoRight { right: "review" };
                let mut reviewing = writer
                    .archive()
                    .reviewing(self.operator, &area, &pile.run)
                    .map_err(fail)?
                    .ok_or_else(no)?;
                // on the disk before the entry that says so
                chosen.iter().try_for_each(|i| reviewing.take_back(&i.held)).map_err(fail)?;
            }
            let before = chosen.iter().map(|i| serde_json::to_value(i.state));
            let before = before.filter_map(|v| v.ok()?.as_str().map(str::to_owned)).collect();
            count += chosen.len() as u64;
            let decision = Decision {
                version: 1,
                run: wire::hex(&pile.run.run),
                slots: chosen.iter().map(|i| i.held.slot).collect(),
                choice: verdict.choice,
                before,
                ground: verdict.ground.clone(),
                bulk: verdict.bulk,
                blind: verdict.blind,
                note: verdict.note.clone(),
            };
            entries.push(
                serde_json::to_vec(&decision).map_err(|_| JobError::Internal { what: "decision".into() })?,
            );
        }
        if found < wanted.len() {
            return Err(JobError::BadValue { what: "item", why: "names nothing that waits".to_owned() });
        }
        let entries: Vec<Entry<'_>> =
            entries.iter().map(|plain| Entry { kind: EntryType::Review, clear: &[], plain }).collect();
        writer.append(&entries, &[&self.operator.signer()]).map_err(fail)?;
        drop(writer);
        let who = self.operator.signer().author();
        for pile in &mut self.piles {
            for item in &mut pile.items {
                if wanted.contains(&name(&pile.run.run, item.held.slot)) {
                    item.votes.cast(who, verdict.choice, verdict.blind);
                    item.state = super::state(&pile.run, &item.held, &item.note, &item.votes);
                }
            }
        }
        Ok(count)
    }
}

/// A decision to record.
#[derive(Clone, Debug)]
pub struct Deciding {
    /// Names of held messages.
    pub items: Vec<String>,
    /// What.
    pub choice: Choice,
    /// Why, of what is excluded.
    pub ground: Option<String>,
    /// Decided together, by one key.
    pub bulk: bool,
    /// Judged in a sample.
    pub blind: bool,
    /// In the reviewer's words.
    pub note: Option<String>,
}

/// What waits, with its neighbours from the archive between.
fn beside(waiting: Vec<Line>, around: Vec<Line>) -> Vec<Line> {
    let mut wanted: BTreeMap<usize, ()> = BTreeMap::new();
    for at in waiting.iter().filter_map(|l| l.at) {
        let split = around.partition_point(|l| l.at.unwrap_or(i64::MIN) <= at);
        let near = |i: &usize| {
            around.get(*i).and_then(|l| l.at).is_some_and(|t| t.abs_diff(at) <= GAP.unsigned_abs())
        };
        wanted.extend((split.saturating_sub(NEIGHBOURS)..split).filter(near).map(|i| (i, ())));
        wanted.extend((split..around.len().min(split + NEIGHBOURS)).filter(near).map(|i| (i, ())));
    }
    let mut around: Vec<Option<Line>> = around.into_iter().map(Some).collect();
    let mut lines = waiting;
    lines.extend(wanted.keys().filter_map(|i| around.get_mut(*i).and_then(Option::take)));
    lines.sort_by_key(|l| (l.at, l.item.is_some()));
    lines
}

fn conversation_id(message: &Message) -> String {
    message.conversation.as_ref().map(|c| c.id.expose().to_string()).unwrap_or_default()
}

fn line(message: &Message) -> Line {
    let text = |t: &Option<model::Text>| t.as_ref().map(|t| t.expose().to_string()).filter(|t| !t.is_empty());
    Line {
        item: None,
        at: message.sent_at.or(message.received_at).map(Stamp::millis),
        outgoing: message.direction == model::Direction::Out,
        sender: text(&message.sender_name).or_else(|| text(&message.sender)).unwrap_or_default(),
        text: text(&message.body).or_else(|| text(&message.subject)).unwrap_or_default(),
        attachments: message.attachments.len(),
        state: None,
        verdict: None,
        ground: None,
        p_work: None,
        reasons: Vec::new(),
    }
}

impl Line {
    /// A neighbour again, for another conversation of the same month.
    fn again(&self) -> Self {
        Self {
            item: None,
            at: self.at,
            outgoing: self.outgoing,
            sender: self.sender.clone(),
            text: self.text.clone(),
            attachments: self.attachments,
            state: None,
            verdict: None,
            ground: None,
            p_work: None,
            reasons: Vec::new(),
        }
    }
}
