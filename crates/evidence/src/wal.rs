//! A database with its write-ahead log laid over it, as one stream of pages (SQLite file format, 4:
//! "The Write-Ahead Log"). Neither file is written and no `-shm` is made.
//!
//! Only frames up to the last valid commit frame count: salts and running checksums are checked, as
//! SQLite does on recovery. The header of page 1 is shown in rollback-journal mode (bytes 18 and 19
//! set to 1), so that SQLite asks for no log of its own.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use model::ReadAt;

use crate::schema;

const HEADER: u64 = 32;
const FRAME_HEADER: u64 = 24;

/// A database, with or without its log.
pub struct Overlay {
    main: Arc<dyn ReadAt>,
    wal: Option<Log>,
    len: u64,
    /// Bytes that the database has, where its header counts more.
    short: Option<u64>,
    /// Bytes that the header counts, far beyond belief, and the pages there are, which is what it shows instead.
    untrue: Option<(u64, u32)>,
    /// What is wrong with the log; its committed changes up to there are shown.
    log_damage: Option<&'static str>,
    sealed: bool,
    /// Pages of the list of tables that cannot be followed.
    lost: Option<Lost>,
}

/// How much longer than the file a header may call the database: what is not there is shown as zeros,
/// so that everything before it can still be read.
const MOST_LONGER: u64 = 64;

struct Lost {
    page_size: u64,
    /// By number, what is shown instead.
    pages: HashMap<u32, Vec<u8>>,
}

struct Log {
    bytes: Arc<dyn ReadAt>,
    page_size: u64,
    /// Page number (from 1) to the offset of its newest committed content.
    pages: HashMap<u32, u64>,
}

impl Overlay {
    /// The database alone.
    pub fn plain(main: Arc<dyn ReadAt>) -> Self {
        let have = main.len();
        let Some((pages, page_size)) = counted(main.as_ref()) else {
            let (short, untrue, lost) = (None, None, None);
            return Self { main, wal: None, len: have, short, untrue, log_damage: None, lost, sealed: false };
        };
        let cut = pages > have && pages / MOST_LONGER <= have;
        let lost = schema::lost(main.as_ref(), have, page_size);
        Self {
            main,
            wal: None,
            len: if cut { pages } else { have },
            log_damage: None,
            sealed: false,
            short: cut.then_some(have),
            untrue: (pages > have && !cut)
                .then(|| (pages, u32::try_from(have / page_size).unwrap_or(u32::MAX))),
            lost: (!lost.is_empty()).then(|| {
                let size = usize::try_from(page_size).unwrap_or(512);
                let pages = lost.into_iter().map(|n| (n, schema::stand_in(n, size))).collect();
                Lost { page_size, pages }
            }),
        }
    }

    /// The database with its log; a log without a valid commit changes nothing.
    ///
    /// # Errors
    /// When reading the log fails.
    pub fn with_wal(main: Arc<dyn ReadAt>, wal: Arc<dyn ReadAt>) -> io::Result<Self> {
        let Replay { committed, damage: log_damage } = replay(wal)?;
        Ok(match committed {
            Some((log, pages)) => {
                let (len, wal) = (u64::from(pages) * log.page_size, Some(log));
                Self { main, len, wal, short: None, untrue: None, log_damage, lost: None, sealed: false }
            }
            None => Self { log_damage, ..Self::plain(main) },
        })
    }

    /// Bytes there are and bytes that the header counts, when the database was cut.
    pub fn cut(&self) -> Option<(u64, u64)> {
        self.short
            .map(|have| (have, self.len))
            .or_else(|| self.untrue.map(|(counted, _)| (self.len, counted)))
    }

    /// The pages as they are stored, for a database whose pages are sealed one by one: no byte of its
    /// header is changed.
    #[must_use]
    pub fn sealed(self) -> Self {
        Self { sealed: true, ..self }
    }

    /// What is wrong with the log: `header`, `cut` (ends inside a frame), `checksum` (a frame that is not as it
    /// was written) or `unfinished` (its last change was never committed). A log of a time before the current
    /// one is none of it: SQLite leaves old frames behind new ones.
    pub fn log_damage(&self) -> Option<&'static str> {
        self.log_damage
    }

    /// How many pages the log replaces or adds.
    pub fn pages_from_wal(&self) -> usize {
        self.wal.as_ref().map_or(0, |w| w.pages.len())
    }
}

/// The length of a database by its header, and the size of its pages.
fn counted(main: &dyn ReadAt) -> Option<(u64, u64)> {
    let mut head = [0; 32];
    main.read_exact_at(0, &mut head).ok()?;
    let page = match u64::from(u16::from_be_bytes([head[16], head[17]])) {
        1 => 65_536,
        size => size,
    };
    let valid = head.starts_with(b"SQLite format 3\0") && page.is_power_of_two() && page >= 512;
    valid.then(|| (u64::from(be(&head, 28)) * page, page))
}

/// What a log gives.
struct Replay {
    /// Its committed pages and the size of the database in pages after the last commit.
    committed: Option<(Log, u32)>,
    damage: Option<&'static str>,
}

fn replay(bytes: Arc<dyn ReadAt>) -> io::Result<Replay> {
    let useless = Replay { committed: None, damage: (!bytes.is_empty()).then_some("header") };
    if bytes.len() < HEADER {
        return Ok(useless);
    }
    let mut header = [0; 32];
    bytes.read_exact_at(0, &mut header)?;
    let order = match be(&header, 0) {
        0x377f_0682 => Order::Little,
        0x377f_0683 => Order::Big,
        _ => return Ok(useless),
    };
    let page_size = u64::from(be(&header, 8));
    let mut sums = checksum((0, 0), &header[..24], order);
    if !page_size.is_power_of_two()
        || !(512..=65_536).contains(&page_size)
        || sums != (be(&header, 24), be(&header, 28))
    {
        return Ok(useless);
    }
    let salts = &header[16..24];
    let mut frame = vec![0; usize::try_from(FRAME_HEADER + page_size).unwrap_or_default()];
    let (mut pages, mut pending) = (HashMap::new(), Vec::new());
    let (mut size, mut damage) = (None, None);
    let mut at = HEADER;
    while at + FRAME_HEADER + page_size <= bytes.len() {
        bytes.read_exact_at(at, &mut frame)?;
        let number = be(&frame, 0);
        sums = checksum(sums, &frame[..8], order);
        sums = checksum(sums, &frame[24..], order);
        if &frame[8..16] != salts {
            break;
        }
        if number == 0 || sums != (be(&frame, 16), be(&frame, 20)) {
            damage = Some("checksum");
            break;
        }
        pending.push((number, at + FRAME_HEADER));
        let commit = be(&frame, 4);
        if commit > 0 {
            pages.extend(pending.drain(..));
            size = Some(commit);
        }
        at += FRAME_HEADER + page_size;
    }
    let is_cut = !(bytes.len() - HEADER).is_multiple_of(FRAME_HEADER + page_size);
    let damage =
        damage.or_else(|| is_cut.then_some("cut")).or_else(|| (!pending.is_empty()).then_some("unfinished"));
    Ok(Replay { committed: size.map(|size| (Log { bytes, page_size, pages }, size)), damage })
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

fn be(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes)
}

fn checksum((mut a, mut b): (u32, u32), bytes: &[u8], order: Order) -> (u32, u32) {
    for pair in bytes.as_chunks::<8>().0 {
        let [w, x, y, z, p, q, r, s] = *pair;
        let (first, second) = match order {
            Order::Little => (u32::from_le_bytes([w, x, y, z]), u32::from_le_bytes([p, q, r, s])),
            Order::Big => (u32::from_be_bytes([w, x, y, z]), u32::from_be_bytes([p, q, r, s])),
        };
        a = a.wrapping_add(first).wrapping_add(b);
        b = b.wrapping_add(second).wrapping_add(a);
    }
    (a, b)
}

impl Overlay {
    /// What is shown at `offset` instead of what is there; `n` then ends with the page.
    fn stand_in(&self, offset: u64, n: &mut usize) -> Option<&[u8]> {
        let Lost { page_size, pages } = self.lost.as_ref()?;
        let within = usize::try_from(offset % page_size).ok()?;
        *n = (*n).min(usize::try_from(*page_size).ok()? - within);
        pages.get(&u32::try_from(offset / page_size + 1).ok()?)?.get(within..within + *n)
    }

    /// How many pages of the list of tables could not be followed.
    pub fn lost_schema_pages(&self) -> usize {
        self.lost.as_ref().map_or(0, |lost| lost.pages.len())
    }
}

impl ReadAt for Overlay {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut n = buf.len().min(left);
        if n == 0 {
            return Ok(0);
        }
        match &self.wal {
            None if let Some(page) = self.stand_in(offset, &mut n) => buf[..n].copy_from_slice(page),
            None if self.short.is_some_and(|have| offset >= have) => buf[..n].fill(0),
            None => n = self.main.read_at(offset, &mut buf[..n])?,
            Some(log) => {
                let within = offset % log.page_size;
                let to_end = usize::try_from(log.page_size - within).unwrap_or(usize::MAX);
                n = n.min(to_end);
                let number = u32::try_from(offset / log.page_size + 1).unwrap_or(0);
                match log.pages.get(&number) {
                    Some(at) => log.bytes.read_exact_at(at + within, &mut buf[..n])?,
                    None => {
                        let got = self.main.read_at(offset, &mut buf[..n])?;
                        // a page that neither file has: zeros, as in a sparse file
                        buf[got..n].fill(0);
                    }
                }
            }
        }
        if let (Some((_, pages)), false) = (self.untrue, self.sealed) {
            for (at, byte) in (28_u64..).zip(pages.to_be_bytes()) {
                let i = at.checked_sub(offset).and_then(|i| usize::try_from(i).ok()).filter(|i| *i < n);
                if let Some(place) = i.and_then(|i| buf.get_mut(i)) {
                    *place = byte;
                }
            }
        }
        for at in (18_u64..20).filter(|_| !self.sealed) {
            if let Some(i) = at.checked_sub(offset).and_then(|i| usize::try_from(i).ok()).filter(|i| *i < n)
                && buf[i] == 2
            {
                buf[i] = 1;
            }
        }
        Ok(n)
    }
}

/// Any bytes as a log.
#[doc(hidden)]
pub fn fuzz_one(data: &[u8]) {
    if let Ok(overlay) = Overlay::with_wal(Arc::new(Vec::new()), Arc::new(data.to_vec())) {
        let mut buf = [0; 64];
        let _: Result<usize, _> = overlay.read_at(0, &mut buf);
    }
}
