//! The list of tables when a part of it is lost: pages of `sqlite_schema` that are not there, or are no
//! pages of a table, are shown to SQLite as pages without entries. What they listed cannot be found; a
//! database whose other tables are whole can be read.

use model::ReadAt;

/// Most pages of the list that are looked at.
const MOST: usize = 2000;
const LEAF: u8 = 13;
const INNER: u8 = 5;

/// What is shown in place of page `number` of the list of tables: SQLite takes no page without a row,
/// so it lists a view that nobody asks for.
pub(crate) fn stand_in(number: u32, page_size: usize) -> Vec<u8> {
    let name = format!("lost_page_{number}");
    let sql = format!("CREATE VIEW {name} AS SELECT 0");
    // a record: size of its header, a type for each value (13 + 2n is a text of n bytes, 8 is 0), values
    let text = |t: &str| u8::try_from(13 + 2 * t.len()).unwrap_or(13);
    let mut record = vec![6, text("view"), text(&name), text(&name), 8, text(&sql)];
    for value in ["view", &name, &name, &sql] {
        record.extend(value.as_bytes());
    }
    let mut cell = vec![u8::try_from(record.len()).unwrap_or(0), 1];
    cell.extend(record);
    let mut page = vec![0; page_size];
    let at = page_size.saturating_sub(cell.len());
    let place = u16::try_from(at).unwrap_or(0).to_be_bytes();
    // type, no free block, one cell, where cells begin, no fragments, where the cell is
    page[..10].copy_from_slice(&[LEAF, 0, 0, 0, 1, place[0], place[1], 0, place[0], place[1]]);
    page[at..].copy_from_slice(&cell);
    page
}

/// Pages of the list of tables that cannot be followed; `len` is how many bytes there really are.
pub(crate) fn lost(bytes: &dyn ReadAt, len: u64, page_size: u64) -> Vec<u32> {
    let (mut lost, mut next, mut seen) = (Vec::new(), vec![(1_u32, 0_u8)], 0);
    while let Some((number, depth)) = next.pop() {
        seen += 1;
        if seen > MOST {
            break;
        }
        match children(bytes, len, page_size, number) {
            Some(below) if depth < 8 => next.extend(below.into_iter().map(|page| (page, depth + 1))),
            // page 1 cannot be replaced: it holds the header
            _ if number != 1 => lost.push(number),
            _ => {}
        }
    }
    lost.sort_unstable();
    lost
}

/// The pages below a page of the list, none for a leaf; `None` when it is no such page.
fn children(bytes: &dyn ReadAt, len: u64, page_size: u64, number: u32) -> Option<Vec<u32>> {
    let start = u64::from(number.checked_sub(1)?) * page_size;
    if start + page_size > len {
        return None;
    }
    let mut page = vec![0; usize::try_from(page_size).ok()?];
    bytes.read_exact_at(start, &mut page).ok()?;
    let header = if number == 1 { 100 } else { 0 };
    let be16 = |at: usize| Some(usize::from(u16::from_be_bytes(page.get(at..at + 2)?.try_into().ok()?)));
    let be32 = |at: usize| Some(u32::from_be_bytes(page.get(at..at + 4)?.try_into().ok()?));
    let cells = be16(header + 3)?;
    match *page.get(header)? {
        LEAF => (0..cells).all(|i| be16(header + 8 + 2 * i).is_some_and(|at| at < page.len())).then(Vec::new),
        INNER => {
            let below = (0..cells).map(|i| be32(be16(header + 12 + 2 * i)?));
            below.chain([be32(header + 8)]).collect()
        }
        _ => None,
    }
}
