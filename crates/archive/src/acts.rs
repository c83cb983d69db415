//! What operators did, as the log has it: for each of them and each right the last time an entry needed it.
//! Reading leaves no entry, so the right to read is never seen to be used.

use std::collections::HashMap;

use access::{OperatorId, Rights};
use chain::{Author, HEADER_LEN, Header, author_of};

use crate::error::{ArchiveError, broken};
use crate::store::Archive;

/// Last use, milliseconds since 1970, by operator and right.
pub type LastActs = HashMap<(OperatorId, u16), u64>;

impl Archive {
    /// The last use of each right by each operator.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn last_acts(&self) -> Result<LastActs, ArchiveError> {
        let operators = self.authority().operators();
        let by_author: HashMap<Author, OperatorId> =
            operators.map(|o| (author_of(&o.signing), o.id)).collect();
        let mut last = LastActs::new();
        let mut statement = self.connection.prepare("SELECT header, signatures FROM entries ORDER BY idx")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let bytes: Option<&[u8; HEADER_LEN]> =
                row.get_ref(0)?.as_bytes().ok().and_then(|b| b.try_into().ok());
            let header = bytes.and_then(|b| Header::parse(b).ok());
            let header = header.ok_or_else(|| broken(0, "a header cannot be read"))?;
            let right = header.kind().map_or(Rights::ADMIN, |kind| access::needed(kind).0);
            let signatures = row.get_ref(1)?.as_bytes().unwrap_or_default();
            let (blocks, _) = signatures.get(1..).unwrap_or_default().as_chunks::<96>();
            for block in blocks {
                let author: Option<&Author> = block.first_chunk();
                if let Some(operator) = author.and_then(|author| by_author.get(author)) {
                    last.insert((*operator, right.0), header.written_at);
                }
            }
        }
        Ok(last)
    }
}
