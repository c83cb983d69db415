//! Rows that the tree of a table no longer leads to. A page of the tree between its root and its rows that is
//! lost (cut off, overwritten) takes every row below it along, although the pages that hold them are there. Such
//! pages are found by what they hold, and a page that leads to them is shown in place of the lost one.
//!
//! Knows the file format (SQLite, "B-tree Pages") and no table: the number of columns of a row tells whose it may
//! be. Pages that the database has given up (its free list) are not looked at: they hold what was deleted.

use std::collections::{BTreeMap, HashSet};
use std::io;

use model::ReadAt;

use crate::wal::Overlay;

const INNER: u8 = 5;
const LEAF: u8 = 13;
/// Deepest tree that is followed, and most pages that are looked at: 16 GiB of the usual size.
const DEEPEST: u8 = 12;
const MOST_PAGES: u64 = 4 << 20;
/// Most pages that are replaced.
const MOST_REPLACED: usize = 10_000;

/// A range of row numbers: behind the first, up to and with the second.
type Range = (i64, i64);

/// A database with some of its pages replaced.
pub(crate) struct Patched {
    inner: Overlay,
    page_size: u64,
    len: u64,
    /// By number, what is shown instead of what is there, or behind its end.
    pages: BTreeMap<u32, Vec<u8>>,
}

impl Patched {
    /// `inner` with a page for each lost one of the tree that begins at page `root`, as far as pages with rows of
    /// about `columns` values are found for it; `None` when nothing is lost, or nothing is found.
    pub(crate) fn over(inner: Overlay, root: u32, columns: usize) -> Option<Self> {
        let file = File::of(&inner)?;
        let tree = file.walk(root);
        if tree.lost.is_empty() {
            return None;
        }
        let orphans = file.orphans(&tree.reached, columns);
        let mut pages = BTreeMap::new();
        let mut next = u32::try_from(file.pages).ok()?.checked_add(1)?;
        for (number, range) in tree.lost.into_iter().take(MOST_REPLACED) {
            let below = File::of_range(&orphans, range);
            let found = file.replacing(number, &below, next).unwrap_or_default();
            next = next.checked_add(u32::try_from(found.len()).ok()?)?;
            pages.extend(found);
        }
        if pages.is_empty() {
            return None;
        }
        // the header counts the pages behind the end
        let mut first = file.page(1)?;
        first[28..32].copy_from_slice(&next.to_be_bytes());
        pages.insert(1, first);
        let page_size = file.page_size;
        Some(Self { inner, page_size, len: u64::from(next) * page_size, pages })
    }
}

impl ReadAt for Patched {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let within = offset % self.page_size;
        let left = usize::try_from(self.page_size - within).unwrap_or(usize::MAX);
        let n = buf.len().min(left);
        let number = u32::try_from(offset / self.page_size + 1).ok();
        let Some(page) = number.and_then(|number| self.pages.get(&number)) else {
            let behind = n > 0 && offset >= self.inner.len() && offset < self.len;
            if behind {
                buf[..n].fill(0);
                return Ok(n);
            }
            return self.inner.read_at(offset, &mut buf[..n]);
        };
        let within = usize::try_from(within).unwrap_or(usize::MAX);
        let there = page.get(within..within.saturating_add(n)).unwrap_or_default();
        buf[..there.len()].copy_from_slice(there);
        Ok(there.len())
    }
}

/// What a walk through a tree found.
#[derive(Default)]
struct Tree {
    reached: HashSet<u32>,
    /// Pages that cannot be followed, with the row numbers that should be below them.
    lost: Vec<(u32, Range)>,
}

/// A page that holds rows: their numbers, and the page's.
struct Orphan {
    first: i64,
    last: i64,
    number: u32,
}

struct File<'f> {
    bytes: &'f Overlay,
    page_size: u64,
    /// Bytes of a page that hold content.
    usable: usize,
    pages: u64,
}

impl<'f> File<'f> {
    fn of(bytes: &'f Overlay) -> Option<Self> {
        let mut head = [0; 100];
        bytes.read_exact_at(0, &mut head).ok()?;
        let page_size = match u64::from(u16::from_be_bytes([head[16], head[17]])) {
            1 => 65_536,
            size if size.is_power_of_two() && size >= 512 => size,
            _ => return None,
        };
        let usable =
            usize::try_from(page_size).ok()?.checked_sub(usize::from(head[20])).filter(|n| *n >= 480)?;
        Some(Self { bytes, page_size, usable, pages: (bytes.len() / page_size).min(MOST_PAGES) })
    }

    fn page(&self, number: u32) -> Option<Vec<u8>> {
        let start = u64::from(number.checked_sub(1)?) * self.page_size;
        if u64::from(number) > self.pages {
            return None;
        }
        let mut page = vec![0; usize::try_from(self.page_size).ok()?];
        self.bytes.read_exact_at(start, &mut page).ok()?;
        Some(page)
    }

    /// Follows a tree as far as it leads. Every page is looked at once.
    fn walk(&self, root: u32) -> Tree {
        let mut tree = Tree::default();
        let mut next = vec![(root, (i64::MIN, i64::MAX), 0_u8)];
        while let Some((number, range, depth)) = next.pop() {
            if depth > DEEPEST || !tree.reached.insert(number) {
                continue;
            }
            let page = self.page(number);
            match page.as_deref().map(|page| (page.first().copied(), page)) {
                // the first page has the header of the file before it, and is no part of a table of rows
                Some((Some(LEAF), page)) if number != 1 && rows(page, self.usable).is_some() => {}
                Some((Some(INNER), page)) if number != 1 => match children(page, range) {
                    Some(below) => {
                        next.extend(below.into_iter().map(|(page, range)| (page, range, depth + 1)))
                    }
                    None => tree.lost.push((number, range)),
                },
                _ => tree.lost.push((number, range)),
            }
        }
        tree
    }

    /// Pages with rows of so many values that no tree was found to lead to, by the numbers of their rows.
    fn orphans(&self, reached: &HashSet<u32>, columns: usize) -> Vec<Orphan> {
        let free = self.free();
        let mut found = Vec::new();
        for number in 2..=u32::try_from(self.pages).unwrap_or(u32::MAX) {
            if reached.contains(&number) || free.contains(&number) {
                continue;
            }
            let Some(page) = self.page(number).filter(|page| page.first() == Some(&LEAF)) else { continue };
            let Some(rows) = rows(&page, self.usable) else { continue };
            // rows from before a column was added have fewer values; those of other tables far fewer
            let fits = |(values, _): &(usize, i64)| *values <= columns && *values > columns / 2;
            if let (Some(first), Some(last)) = (rows.first(), rows.last())
                && rows.iter().all(fits)
            {
                found.push(Orphan { first: first.1, last: last.1, number });
            }
        }
        found.sort_by_key(|orphan| (orphan.first, orphan.last));
        found
    }

    /// Pages of the free list, as far as it can be followed.
    fn free(&self) -> HashSet<u32> {
        let mut free = HashSet::new();
        let mut head = [0; 4];
        if self.bytes.read_exact_at(32, &mut head).is_err() {
            return free;
        }
        let mut trunk = u32::from_be_bytes(head);
        while trunk != 0 && free.insert(trunk) {
            let Some(page) = self.page(trunk) else { break };
            let count = be32(&page, 4).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            free.extend((0..count.min(page.len() / 4)).filter_map(|i| be32(&page, 8 + 4 * i)));
            trunk = be32(&page, 0).unwrap_or(0);
        }
        free
    }

    /// The pages with rows of that range, with the last row of each; of two that say they hold the same rows the one
    /// that begins first counts.
    fn of_range(orphans: &[Orphan], (after, to): Range) -> Vec<(i64, u32)> {
        let start = orphans.partition_point(|orphan| orphan.first <= after);
        let mut chosen: Vec<(i64, u32)> = Vec::new();
        for orphan in orphans[start..].iter().take_while(|orphan| orphan.first <= to) {
            if orphan.last <= to && chosen.last().is_none_or(|before| orphan.first > before.0) {
                chosen.push((orphan.last, orphan.number));
            }
        }
        chosen
    }

    /// A page of a tree that leads to as many of these pages as it has room for, and how many those are.
    fn leading_to(&self, below: &[(i64, u32)]) -> Option<(Vec<u8>, usize)> {
        let mut page = vec![0; usize::try_from(self.page_size).ok()?];
        let (mut cells, mut end) = (0, self.usable);
        for (last, number) in &below[..below.len().checked_sub(1)?] {
            let mut cell = number.to_be_bytes().to_vec();
            cell.extend(varint_of(*last));
            if 12 + 2 * (cells + 1) + cell.len() > end {
                break;
            }
            end -= cell.len();
            page[end..end + cell.len()].copy_from_slice(&cell);
            page[12 + 2 * cells..14 + 2 * cells].copy_from_slice(&u16::try_from(end).ok()?.to_be_bytes());
            cells += 1;
        }
        page[0] = INNER;
        page[3..5].copy_from_slice(&u16::try_from(cells).ok()?.to_be_bytes());
        page[5..7].copy_from_slice(&u16::try_from(end % 65_536).ok()?.to_be_bytes());
        // the last one has no cell
        page[8..12].copy_from_slice(&below[cells].1.to_be_bytes());
        Some((page, cells + 1))
    }

    /// Pages in place of the lost page `number`: itself, and behind the end of the file (from `next` on) those that it
    /// has no room for.
    fn replacing(&self, number: u32, mut below: &[(i64, u32)], next: u32) -> Option<BTreeMap<u32, Vec<u8>>> {
        let mut level = Vec::new();
        while !below.is_empty() {
            let (page, led_to) = self.leading_to(below)?;
            level.push((below[led_to - 1].0, page));
            below = &below[led_to..];
        }
        let mut pages = BTreeMap::new();
        if level.len() == 1 {
            pages.extend(level.pop().map(|(_, page)| (number, page)));
            return Some(pages);
        }
        let numbers = (next..).take(level.len());
        let above: Vec<(i64, u32)> = level.iter().map(|(last, _)| *last).zip(numbers).collect();
        pages.extend(above.iter().map(|a| a.1).zip(level.into_iter().map(|(_, page)| page)));
        pages.insert(number, self.leading_to(&above)?.0);
        Some(pages)
    }
}

fn be16(page: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(page.get(at..at + 2)?.try_into().ok()?)))
}

fn be32(page: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(page.get(at..at + 4)?.try_into().ok()?))
}

/// The pages below an inner page, each with its range; `None` when it is no such page.
fn children(page: &[u8], (after, to): Range) -> Option<Vec<(u32, Range)>> {
    let mut below = Vec::new();
    let mut before = after;
    for i in 0..be16(page, 3)? {
        let at = be16(page, 12 + 2 * i)?;
        let (key, _) = varint(page.get(at + 4..)?)?;
        if key < before || key > to {
            return None;
        }
        below.push((be32(page, at)?, (before, key)));
        before = key;
    }
    below.push((be32(page, 8)?, (before, to)));
    Some(below)
}

/// Number of values and row number of each row of a page, ascending by row; `None` when it is no such page.
fn rows(page: &[u8], usable: usize) -> Option<Vec<(usize, i64)>> {
    let mut found: Vec<(usize, i64)> = Vec::new();
    for i in 0..be16(page, 3)? {
        let at = be16(page, 8 + 2 * i)?;
        let cell = page.get(at..usable)?;
        let (payload, used) = varint(cell)?;
        let (rowid, also) = varint(cell.get(used..)?)?;
        let record = cell.get(used + also..)?;
        let (header, mut used) = varint(record)?;
        let header = usize::try_from(header).ok()?;
        if payload < 0 || header < used || found.last().is_some_and(|before| before.1 >= rowid) {
            return None;
        }
        // of a header longer than the page, what is on it
        let types = &record[..header.min(record.len())];
        let mut values = 0;
        while let Some((_, n)) = types.get(used..).and_then(varint) {
            used += n;
            values += 1;
        }
        found.push((values, rowid));
    }
    Some(found)
}

/// A number of one to nine bytes, and how many they are.
fn varint(bytes: &[u8]) -> Option<(i64, usize)> {
    let mut value = 0_u64;
    for (i, byte) in bytes.iter().take(8).enumerate() {
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value.cast_signed(), i + 1));
        }
    }
    let last = bytes.get(8)?;
    Some(((value << 8 | u64::from(*last)).cast_signed(), 9))
}

fn varint_of(value: i64) -> Vec<u8> {
    let value = value.cast_unsigned();
    let low = |shift: u32| u8::try_from(value >> shift & 0x7f).unwrap_or(0);
    if value >> 56 != 0 {
        let mut out: Vec<u8> = (0..8).map(|i| low(8 + 7 * (7 - i)) | 0x80).collect();
        out.push(u8::try_from(value & 0xff).unwrap_or(0));
        return out;
    }
    let many = (1..8).find(|n| value >> (7 * n) == 0).unwrap_or(8);
    (0..many).map(|i| low(7 * (many - 1 - i)) | if i + 1 < many { 0x80 } else { 0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_there_and_back() {
        for value in [0, 1, 127, 128, 16_383, 16_384, 1 << 40, (1 << 56) - 1, 1 << 56, i64::MAX, -1, i64::MIN]
        {
            let bytes = varint_of(value);
            assert_eq!(varint(&bytes), Some((value, bytes.len())), "{value}");
        }
        assert_eq!(varint(&[]), None);
        assert_eq!(varint(&[0x80; 8]), None);
    }
}
