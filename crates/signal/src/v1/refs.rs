//! Rows that belong to a message, by the message they belong to: not the rows, only where they lie, so
//! that a backup with any number of reactions costs 24 bytes each. They are read again when their
//! message comes.

use super::frames::FrameAt;

/// Most rows kept of one table.
const MOST: usize = 4_000_000;

/// Rows by owner.
#[derive(Default)]
pub(crate) struct Refs {
    rows: Vec<(i64, FrameAt)>,
    used: Vec<bool>,
    /// Rows that were more than can be kept.
    pub(crate) dropped: u64,
}

impl Refs {
    /// Notes a row.
    pub(crate) fn note(&mut self, owner: i64, at: FrameAt) {
        if self.rows.len() < MOST {
            self.rows.push((owner, at));
        } else {
            self.dropped += 1;
        }
    }

    /// After the last row.
    pub(crate) fn settle(&mut self) {
        self.rows.sort_by_key(|(owner, at)| (*owner, at.offset));
        self.rows.shrink_to_fit();
        self.used = vec![false; self.rows.len()];
    }

    /// The rows of an owner, in the order of the file; they count as used from now on.
    pub(crate) fn take(&mut self, owner: i64) -> Vec<FrameAt> {
        let from = self.rows.partition_point(|(o, _)| *o < owner);
        let mut out = Vec::new();
        for i in from..self.rows.len() {
            if self.rows[i].0 != owner {
                break;
            }
            self.used[i] = true;
            out.push(self.rows[i].1);
        }
        out
    }

    /// Rows that no owner has asked for.
    pub(crate) fn unused(&self) -> Vec<FrameAt> {
        self.rows.iter().zip(&self.used).filter(|(_, used)| !**used).map(|((_, at), _)| *at).collect()
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> u64 {
        self.rows.len() as u64
    }
}
