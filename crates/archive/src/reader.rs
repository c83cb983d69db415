//! Reading back: register entries with the register key, records and attachments with an operator's
//! keys.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};

use access::KeyStore;
use chain::{EntryType, Hash, Header, Seed};
use vault::{KeyPair, Plain, Secret};

use crate::body::{BLOB_META, BlobMeta, Item, context, open_segment, split, take_item};
use crate::error::{ArchiveError, broken, io, sealed};
use crate::fate::Fate;
use crate::store::{Archive, Stored, blob_path};
use crate::{Groups, Operator};

/// Most bytes of a segment before compression: a full one and one record more.
pub(crate) const MOST_SEGMENT: usize = 256 << 20;

/// A register-like entry, opened.
pub struct RegisterEntry {
    /// Its header.
    pub header: Header,
    /// What stands clear in it.
    pub clear: Vec<u8>,
    /// What was sealed.
    pub plain: Plain,
}

/// A record, opened.
pub struct Record<'a> {
    /// Entry of its segment.
    pub entry: u64,
    /// Place in the segment, from 0.
    pub place: u32,
    /// Run that wrote it.
    pub run: [u8; 16],
    /// Its seed, from which the salts come.
    pub seed: Seed,
    /// Its groups.
    pub groups: Groups<'a>,
}

/// A segment that holds.
pub(crate) struct Opened {
    pub(crate) plain: Plain,
    /// Where each record begins in `plain`.
    pub(crate) starts: Vec<usize>,
    /// The leaf of each.
    pub(crate) leaves: Vec<Hash>,
}

/// What belongs to a bucket.
#[derive(Clone, Debug, Default)]
pub struct Belonging {
    /// Entries of its segments.
    pub segments: Vec<u64>,
    /// Entries of its attachments.
    pub blobs: Vec<u64>,
    /// Bytes as first stored.
    pub bytes: u64,
    /// The newest of them.
    pub last: u64,
}

/// The entry of a transfer by bucket and run of what it moved.
pub type Moved = HashMap<([u8; 16], [u8; 16]), u64>;

impl Archive {
    /// Register-like entries of some types, opened with the key store's register key.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn register(&self, keys: &KeyStore, kinds: &[EntryType]) -> Result<Vec<RegisterEntry>, ArchiveError> {
        self.register_with(&keys.secret("ingest/register")?, kinds)
    }

    pub(crate) fn register_with(
        &self,
        key: &Secret,
        kinds: &[EntryType],
    ) -> Result<Vec<RegisterEntry>, ArchiveError> {
        let open = |stored: Stored| {
            let plain = self.open_register(key, &stored)?;
            let clear = stored.body.as_deref().and_then(crate::body::unframe).map(|p| p.0.to_vec());
            Ok(RegisterEntry { header: stored.header, clear: clear.unwrap_or_default(), plain })
        };
        self.entries(kinds)?.into_iter().map(open).collect()
    }

    /// The label of every bucket, in the order of their numbers.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn labels(&self, keys: &KeyStore) -> Result<Vec<Plain>, ArchiveError> {
        let mut labels: HashMap<[u8; 16], _> = self
            .register(keys, &[EntryType::Bucket])?
            .into_iter()
            .map(|e| (e.header.bucket, e.plain))
            .collect();
        Ok(self.buckets.iter().map(|bucket| labels.remove(&bucket.id).unwrap_or_default()).collect())
    }

    /// Hands every record of a bucket to `each`, segment by segment in order.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] without a key to the bucket, [`ArchiveError::Broken`] at a segment that
    /// does not open.
    pub fn records(
        &self,
        operator: &Operator,
        bucket: usize,
        each: &mut dyn FnMut(Record<'_>) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let Some(id) = self.buckets.get(bucket).map(|b| b.id) else { return Ok(()) };
        self.records_in(operator, &id, &self.of_bucket(EntryType::Segment, &id), each)
    }

    /// As [`Archive::records`], each segment held to the root in its header, and past those that do not hold: `lost` is
    /// told which and why.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] without a key to the bucket.
    pub fn records_left(
        &self,
        operator: &Operator,
        bucket: usize,
        each: &mut dyn FnMut(Record<'_>),
        lost: &mut dyn FnMut(u64, ArchiveError),
    ) -> Result<(), ArchiveError> {
        let Some(id) = self.buckets.get(bucket).map(|b| b.id) else { return Ok(()) };
        let pair = operator.bucket(&id)?.ok_or(ArchiveError::NoRight("query"))?;
        for index in self.of_bucket(EntryType::Segment, &id) {
            let opened = self.entry(index).and_then(|stored| Ok((self.open_whole(&pair, &stored)?, stored)));
            let (segment, stored) = match opened {
                Ok(opened) => opened,
                Err(e) if e.is_damage() => {
                    lost(index, e);
                    continue;
                }
                Err(e) => return Err(e),
            };
            for (place, &start) in (0..).zip(&segment.starts) {
                if let Some(Item::Record(seed, groups)) = take_item(&mut &segment.plain[start..]) {
                    each(Record { entry: index, place, run: stored.header.run, seed, groups });
                }
            }
        }
        Ok(())
    }

    /// As [`Archive::records`], of segments that [`Archive::belonging`] named.
    ///
    /// # Errors
    /// As there.
    pub fn records_in(
        &self,
        operator: &Operator,
        bucket: &[u8; 16],
        segments: &[u64],
        each: &mut dyn FnMut(Record<'_>) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let pair = operator.bucket(bucket)?.ok_or(ArchiveError::NoRight("query"))?;
        for &index in segments {
            let stored = self.entry(index)?;
            let plain = self.open_segment(&pair, &stored)?;
            let mut rest = plain.as_slice();
            let mut place = 0;
            while !rest.is_empty() {
                let item = take_item(&mut rest)
                    .ok_or_else(|| broken(index, format!("record {place} is malformed")))?;
                if let Item::Record(seed, groups) = item {
                    each(Record { entry: index, place, run: stored.header.run, seed, groups })?;
                }
                place += 1;
            }
        }
        Ok(())
    }

    /// Operators who signed an entry, in the order of the signatures; its signatures were checked when the
    /// archive was opened.
    ///
    /// # Errors
    /// [`ArchiveError::Broken`] where there is no such entry.
    pub fn authors(&self, index: u64) -> Result<Vec<access::OperatorId>, ArchiveError> {
        let stored = self.entry(index)?;
        let authors = stored.signatures.get(1..).unwrap_or_default().chunks_exact(96);
        let known = authors.filter_map(|one| self.authority.operator_of(one.first_chunk::<32>()?));
        Ok(known.collect())
    }

    /// What belongs to each bucket, in one walk over the headers.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn belonging(&self) -> Result<HashMap<[u8; 16], Belonging>, ArchiveError> {
        let sql = "SELECT header FROM entries WHERE substr(header, 5, 1) IN (x'0a', x'0b') ORDER BY idx";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut all: HashMap<[u8; 16], Belonging> = HashMap::new();
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(0)?.as_bytes().unwrap_or_default();
            let bytes = bytes.try_into().map_err(|_| broken(0, "header of another length"))?;
            let header = Header::parse(bytes).map_err(|e| broken(0, e.to_string()))?;
            let of = all.entry(header.bucket).or_default();
            match header.kind() {
                Some(EntryType::Segment) => of.segments.push(header.index),
                _ => of.blobs.push(header.index),
            }
            of.bytes = of.bytes.saturating_add(header.body_len);
            of.last = header.index;
        }
        Ok(all)
    }

    /// Where records came from elsewhere: bucket and run of each segment that a transfer made, or that was taken over,
    /// and the entry that did it.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn moved(&self) -> Result<Moved, ArchiveError> {
        let of = |h: Header| ((h.bucket, h.run), h.refers_to);
        Ok(self.referring()?.into_iter().map(of).collect())
    }

    /// The headers of segments that refer to the entry that brought them, in the order of the log.
    pub(crate) fn referring(&self) -> Result<Vec<Header>, ArchiveError> {
        if let Some(left) = &self.left {
            return Ok(left.of(&[EntryType::Segment]).filter(|h| h.refers_to != 0).cloned().collect());
        }
        let sql = "SELECT header FROM entries WHERE substr(header, 5, 1) = x'0a' \
                   AND substr(header, 209, 8) <> x'0000000000000000' ORDER BY idx";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(0)?.as_bytes().unwrap_or_default();
            let bytes = bytes.try_into().map_err(|_| broken(0, "header of another length"))?;
            all.push(Header::parse(bytes).map_err(|e| broken(0, e.to_string()))?);
        }
        Ok(all)
    }

    /// Which runs put records into which bucket.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn runs_of_buckets(&self) -> Result<HashMap<[u8; 16], Vec<[u8; 16]>>, ArchiveError> {
        let sql = "SELECT DISTINCT substr(header, 89, 16), substr(header, 65, 16) FROM entries \
                   WHERE substr(header, 5, 1) = x'0a'";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut all: HashMap<[u8; 16], Vec<[u8; 16]>> = HashMap::new();
        while let Some(row) = rows.next()? {
            all.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        Ok(all)
    }

    /// Entries of a type that belong to a bucket.
    pub(crate) fn of_bucket(&self, kind: EntryType, bucket: &[u8; 16]) -> Vec<u64> {
        if let Some(left) = &self.left {
            return left.of(&[kind]).filter(|h| h.bucket == *bucket).map(|h| h.index).collect();
        }
        self.index.of_bucket(kind, bucket).collect()
    }

    /// One entry with its body.
    pub(crate) fn entry(&self, index: u64) -> Result<Stored, ArchiveError> {
        let sql = "SELECT header, signatures, body FROM entries WHERE idx = ?1";
        let row = i64::try_from(index).map_err(|_| broken(index, "no such entry"))?;
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([row])?;
        let row = rows.next()?.ok_or_else(|| broken(index, "no such entry"))?;
        Stored::take(index, row.get_ref(0)?.as_bytes().unwrap_or_default(), row, 1)
    }

    /// The records of a segment, held to the root in its header.
    pub(crate) fn open_whole(&self, pair: &KeyPair, stored: &Stored) -> Result<Opened, ArchiveError> {
        let (entry, suite) = (stored.header.index, stored.header.content_suite);
        let plain = self.open_segment(pair, stored)?;
        let (mut starts, mut leaves) = (Vec::new(), Vec::new());
        let mut rest = plain.as_slice();
        while !rest.is_empty() {
            starts.push(plain.len() - rest.len());
            let item = take_item(&mut rest).ok_or_else(|| broken(entry, "malformed record"))?;
            leaves.push(chain::leaf_hash(suite, &item.commitment(suite)));
        }
        if chain::root_of(suite, &leaves) != stored.header.content {
            return Err(broken(entry, "records do not match the root in the header"));
        }
        Ok(Opened { plain, starts, leaves })
    }

    /// The records of a segment, unpacked.
    pub(crate) fn open_segment(&self, pair: &KeyPair, stored: &Stored) -> Result<Plain, ArchiveError> {
        let h = &stored.header;
        let body = stored.body.as_deref().ok_or_else(|| broken(h.index, "no body"))?;
        let context = context(&self.id, &h.run, &h.bucket, h.entry_type);
        open_segment(pair, &context, body, self.fates.wrap_of(&h.bucket, h.index))
            .and_then(|packed| vault::unpack(&packed, MOST_SEGMENT))
            .map_err(|e| broken(h.index, e.to_string()))
    }

    /// Attachments of a bucket: SHA-256 of the content, and the entry that holds it.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn contents(&self, operator: &Operator, bucket: usize) -> Result<Vec<([u8; 32], u64)>, ArchiveError> {
        let mut first = None;
        let all = self.contents_left(operator, bucket, &mut |_, e| first = first.take().or(Some(e)))?;
        first.map_or(Ok(all), Err)
    }

    /// As [`Archive::contents`], past those that do not open: `lost` is told which and why.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`] without a key to the bucket.
    pub fn contents_left(
        &self,
        operator: &Operator,
        bucket: usize,
        lost: &mut dyn FnMut(u64, ArchiveError),
    ) -> Result<Vec<([u8; 32], u64)>, ArchiveError> {
        let Some(bucket) = self.buckets.get(bucket) else { return Ok(Vec::new()) };
        let pair = operator.bucket(&bucket.id)?.ok_or(ArchiveError::NoRight("query"))?;
        let mut all = Vec::new();
        for index in self.of_bucket(EntryType::Blob, &bucket.id) {
            if !matches!(self.fates.of_body(&bucket.id, index), Fate::There(_)) {
                continue;
            }
            let opened = self.blob(index);
            match opened.and_then(|(header, mut body)| self.open_blob(&pair, &header, body.as_mut())) {
                Ok((meta, _)) => all.push((meta.sha256, index)),
                Err(e) if e.is_damage() => lost(index, e),
                Err(e) => return Err(e),
            }
        }
        Ok(all)
    }

    /// Writes the content of an attachment to `out`; gives its size. What was written before an error
    /// must be thrown away.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn content(&self, operator: &Operator, entry: u64, out: &mut dyn Write) -> Result<u64, ArchiveError> {
        let (header, mut body) = self.blob(entry)?;
        let pair = operator.bucket(&header.bucket)?.ok_or(ArchiveError::NoRight("query"))?;
        let (_, key) = self.open_blob(&pair, &header, body.as_mut())?;
        let context = context(&self.id, &header.run, &header.bucket, header.entry_type);
        vault::open_stream(&key, &context, body.as_mut(), out).map_err(|e| broken(entry, e.to_string()))
    }

    /// The stored body of a blob, as a stream.
    pub(crate) fn blob(&self, index: u64) -> Result<(Header, Box<dyn Read + Send>), ArchiveError> {
        let stored = self.entry(index)?;
        let body: Box<dyn Read + Send> = match stored.body {
            Some(bytes) => Box::new(std::io::Cursor::new(bytes)),
            None => {
                let file =
                    File::open(blob_path(&self.dir, index)).map_err(|_| broken(index, "body is missing"))?;
                Box::new(std::io::BufReader::with_capacity(1 << 17, file))
            }
        };
        Ok((stored.header, body))
    }

    /// Key and meta of a blob; the stream is left at the sealed content.
    pub(crate) fn open_blob(
        &self,
        pair: &KeyPair,
        header: &Header,
        body: &mut dyn Read,
    ) -> Result<(BlobMeta, Secret), ArchiveError> {
        let mut head = vec![0; vault::WRAPPED_LEN + BLOB_META];
        body.read_exact(&mut head).map_err(io("reading an attachment"))?;
        let (wrapped, meta) = split(&head).map_err(sealed("attachment"))?;
        let wrapped = self.fates.wrap_of(&header.bucket, header.index).unwrap_or(wrapped);
        let context = context(&self.id, &header.run, &header.bucket, header.entry_type);
        let at = |e: vault::VaultError| broken(header.index, e.to_string());
        let key = vault::unwrap(pair, "blob", &context, wrapped).map_err(at)?;
        let meta = vault::open(&key, &context, meta).map_err(at)?;
        let meta = BlobMeta::decode(&meta).ok_or_else(|| broken(header.index, "malformed attachment"))?;
        if meta.commitment(header.content_suite, header.entry_type) != header.content {
            return Err(broken(header.index, "attachment does not match its commitment"));
        }
        Ok((meta, key))
    }
}
