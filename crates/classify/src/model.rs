//! The model file: everything that was learnt, with where it came from and how it did. Byte for byte
//! the same for the same training data; refused when one byte is not as written.
//!
//! Layout (little endian): magic, format, feature version, digest of the training data, counts of
//! the labels, figures from the folds, weights, dense weights, curve; from format 2 on the profile of
//! the training data and its words; from format 3 on how the folds fell out; SHA-256 of all that; a slot for a
//! signature over the digest (key id, signature; zeros when unsigned). A model of format 1 or 2 is read and
//! written as it was; the first cannot tell drift, both leave the thresholds to the costs.

use sha2::{Digest, Sha256};

use crate::calibrate::Curve;
use crate::context::{DENSE, Row2};
use crate::features::{BUCKETS, FEATURE_VERSION};
use crate::limits::{Limits, Load};
use crate::quality::{BINS, Profile, Spread};
use crate::weights::{CLASSES, Weights, Words};
use policy::Sorting;

const MAGIC: &[u8; 8] = b"BKCLSMOD";
const FORMAT: u16 = 3;
/// The format that did not say how the folds fell out.
const NO_LOAD: u16 = 2;
/// The format that had no profile either.
const BARE: u16 = 1;
/// Bytes of the signature slot: a key id and an Ed25519 signature.
pub const SLOT: usize = 32 + 64;
/// Figures in the file.
const FIGURES: usize = 6;

/// How the model did on conversations left out in turn while training.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Share of work messages not excluded.
    pub recall: f64,
    /// Lower 95 % bound of it.
    pub recall_bound: f64,
    /// Share of the others that were excluded.
    pub excluded: f64,
    /// Share of all that goes to a person.
    pub review: f64,
    /// Expected calibration error.
    pub calibration: f64,
    /// Area under the curve of work against the rest.
    pub auc: f64,
}

/// A trained model.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// SHA-256 of the training data, as read.
    pub data: [u8; 32],
    /// Training messages of each label.
    pub counts: [u32; CLASSES],
    /// Training conversations.
    pub conversations: u32,
    /// From the folds.
    pub figures: Figures,
    pub(crate) weights: Weights,
    /// For a counterpart whose relation is known, and for one who is not in the contact list.
    pub(crate) heads: [Head; 2],
    /// What the training data looked like to weights that had not seen them; none in format 1.
    pub profile: Option<Profile>,
    /// How the folds fell out, for each head; none in formats 1 and 2.
    pub(crate) loads: Option<[Load; 2]>,
    /// Key id and signature; zeros when unsigned.
    pub signature: [u8; SLOT],
}

/// What is learnt about a message among its neighbours.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    /// The first look, one row a label.
    pub(crate) dense: [[f64; DENSE]; CLASSES],
    /// The second look, work only.
    pub(crate) second: Row2,
    /// The third look, work only: the same features over the odds of the second.
    pub(crate) third: Row2,
    /// From the odds of the third look to a probability.
    pub(crate) curve: Curve,
}

/// A file that is not a model this program can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelFault {
    /// Other first bytes.
    #[error("not a model file")]
    Foreign,
    /// A version this program does not know.
    #[error("{what} version {found}, this program has {known}")]
    Version {
        /// Of what.
        what: &'static str,
        /// In the file.
        found: u16,
        /// Here.
        known: u16,
    },
    /// The digest differs.
    #[error("damaged: the digest of {len} bytes differs")]
    Digest {
        /// Bytes of the file.
        len: usize,
    },
    /// Ends too early, or goes on.
    #[error("damaged: {len} bytes, ends at {at}")]
    Length {
        /// Bytes of the file.
        len: usize,
        /// Where reading stopped.
        at: usize,
    },
    /// A number that no training gives.
    #[error("damaged: a number at {at} is out of range")]
    Number {
        /// Where.
        at: usize,
    },
}

/// The first 16 hexadecimal digits of a digest.
pub(crate) fn hex16(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().take(8).fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

impl Model {
    /// The model that comes with the program.
    ///
    /// # Errors
    /// [`ModelFault`] when the program itself was damaged.
    pub fn built_in() -> Result<Self, ModelFault> {
        Self::read(include_bytes!("../model/danish.bin"))
    }

    /// The id in every verdict: the first 16 hexadecimal digits of the file's digest.
    pub fn id(&self) -> String {
        hex16(&Sha256::digest(self.body()))
    }

    /// Where to exclude and where to keep under a policy, with a relation and without.
    pub(crate) fn limits(&self, policy: &Sorting) -> [Limits; 2] {
        std::array::from_fn(|head| Limits::of(policy, self.loads.as_ref().map(|loads| &loads[head])))
    }

    fn format(&self) -> u16 {
        match (&self.profile, &self.loads) {
            (Some(_), Some(_)) => FORMAT,
            (Some(_), None) => NO_LOAD,
            (None, _) => BARE,
        }
    }

    fn body(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(BUCKETS * CLASSES + 8192);
        out.extend_from_slice(MAGIC);
        out.extend(self.format().to_le_bytes());
        out.extend(FEATURE_VERSION.to_le_bytes());
        out.extend(self.data);
        self.counts.iter().chain([&self.conversations]).for_each(|n| out.extend(n.to_le_bytes()));
        let Figures { recall, recall_bound, excluded, review, calibration, auc } = self.figures;
        let number = |x: f64, out: &mut Vec<u8>| out.extend(x.to_bits().to_le_bytes());
        for x in [recall, recall_bound, excluded, review, calibration, auc] {
            number(x, &mut out);
        }
        for x in self.weights.scale.iter().chain(&self.weights.bias) {
            number(*x, &mut out);
        }
        out.extend(self.weights.q.iter().flatten().map(|w| w.to_le_bytes()[0]));
        for Head { dense, second, third, curve } in &self.heads {
            for x in dense.iter().flatten().chain(second).chain(third) {
                number(*x, &mut out);
            }
            let points = u16::try_from(curve.points.len()).unwrap_or(u16::MAX);
            out.extend(points.to_le_bytes());
            for (x, y) in curve.points.iter().take(usize::from(points)) {
                number(*x, &mut out);
                number(*y, &mut out);
            }
        }
        for Spread { edges, counts, unknown, deviation } in self.profile.iter().flat_map(|p| &p.heads) {
            for x in edges.iter().chain([unknown, deviation]) {
                number(*x, &mut out);
            }
            counts.iter().for_each(|n| out.extend(n.to_le_bytes()));
        }
        if self.profile.is_some() {
            self.weights.words.0.iter().for_each(|w| out.extend(w.to_le_bytes()));
        }
        for Load { bins, all, work } in self.loads.iter().flatten().filter(|_| self.profile.is_some()) {
            bins.iter().flatten().chain([all, work]).for_each(|n| out.extend(n.to_le_bytes()));
        }
        out
    }

    /// The bytes of the file.
    pub fn write(&self) -> Vec<u8> {
        let mut out = self.body();
        let digest = Sha256::digest(&out);
        out.extend(digest);
        out.extend(self.signature);
        out
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`ModelFault`] for anything that [`Model::write`] of this version did not write.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelFault> {
        let mut r = Reader { bytes, at: 0 };
        if r.take::<8>() != Ok(*MAGIC) {
            return Err(ModelFault::Foreign);
        }
        let format = u16::from_le_bytes(r.take()?);
        if !(BARE..=FORMAT).contains(&format) {
            return Err(ModelFault::Version { what: "file", found: format, known: FORMAT });
        }
        let features = u16::from_le_bytes(r.take()?);
        if features != FEATURE_VERSION {
            return Err(ModelFault::Version { what: "feature", found: features, known: FEATURE_VERSION });
        }
        let data = r.take()?;
        let mut counts = [0; CLASSES];
        for n in &mut counts {
            *n = u32::from_le_bytes(r.take()?);
        }
        let conversations = u32::from_le_bytes(r.take()?);
        let [recall, recall_bound, excluded, review, calibration, auc] = r.numbers::<FIGURES>()?;
        let (scale, bias) = (r.numbers()?, r.numbers()?);
        let mut q = Vec::with_capacity(BUCKETS);
        for _ in 0..BUCKETS {
            q.push(r.take::<CLASSES>()?.map(|b| i8::from_le_bytes([b])));
        }
        let heads = [r.head()?, r.head()?];
        let (mut profile, mut words) = (None, Words::default());
        if format > BARE {
            profile = Some(Profile { heads: [r.spread()?, r.spread()?] });
            for _ in 0..Words::LEN {
                words.0.push(u64::from_le_bytes(r.take()?));
            }
        }
        let loads = if format > NO_LOAD { Some([r.load()?, r.load()?]) } else { None };
        let end = r.at;
        let digest: [u8; 32] = r.take()?;
        let signature = r.take()?;
        if r.at != bytes.len() {
            return Err(ModelFault::Length { len: bytes.len(), at: r.at });
        }
        let body = bytes.get(..end).unwrap_or_default();
        if digest[..] != Sha256::digest(body)[..] {
            return Err(ModelFault::Digest { len: bytes.len() });
        }
        let figures = Figures { recall, recall_bound, excluded, review, calibration, auc };
        let weights = Weights { q, scale, bias, words };
        Ok(Self { data, counts, conversations, figures, weights, heads, profile, loads, signature })
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], ModelFault> {
        let short = ModelFault::Length { len: self.bytes.len(), at: self.at };
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (head, _) = rest.split_first_chunk::<N>().ok_or(short)?;
        self.at += N;
        Ok(*head)
    }

    fn head(&mut self) -> Result<Head, ModelFault> {
        let mut dense = [[0.0; DENSE]; CLASSES];
        for row in &mut dense {
            *row = self.numbers()?;
        }
        let (second, third) = (self.numbers()?, self.numbers()?);
        Ok(Head { dense, second, third, curve: self.curve()? })
    }

    fn spread(&mut self) -> Result<Spread, ModelFault> {
        let edges: [f64; BINS - 1] = self.numbers()?;
        let [unknown, deviation] = self.numbers()?;
        let share = |x: &f64| (0.0..=1.0).contains(x);
        if !edges.is_sorted() || !edges.iter().chain([&unknown, &deviation]).all(share) {
            return Err(ModelFault::Number { at: self.at });
        }
        let mut counts = [0; BINS];
        for n in &mut counts {
            *n = u32::from_le_bytes(self.take()?);
        }
        Ok(Spread { edges, counts, unknown, deviation })
    }

    fn load(&mut self) -> Result<Load, ModelFault> {
        let mut load = Load::default();
        for n in load.bins.iter_mut().flatten().chain([&mut load.all, &mut load.work]) {
            *n = u32::from_le_bytes(self.take()?);
        }
        Ok(load)
    }

    fn curve(&mut self) -> Result<Curve, ModelFault> {
        let n = u16::from_le_bytes(self.take()?);
        let mut points: Vec<(f64, f64)> = Vec::new();
        for _ in 0..n {
            let [x, y] = self.numbers()?;
            let rises = points.last().is_none_or(|(lx, ly)| *lx <= x && *ly <= y);
            if !rises || !(0.0..=1.0).contains(&y) {
                return Err(ModelFault::Number { at: self.at });
            }
            points.push((x, y));
        }
        if points.is_empty() {
            return Err(ModelFault::Number { at: self.at });
        }
        Ok(Curve { points })
    }

    fn numbers<const N: usize>(&mut self) -> Result<[f64; N], ModelFault> {
        let mut out = [0.0; N];
        for x in &mut out {
            *x = f64::from_bits(u64::from_le_bytes(self.take()?));
            if !x.is_finite() || x.abs() > 1e6 {
                return Err(ModelFault::Number { at: self.at });
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Model {
        let trained =
            std::array::from_fn(|c| (0..BUCKETS).map(|b| ((b * 7 + c) % 13) as f64 - 6.0).collect());
        Model {
            data: [7; 32],
            counts: [4, 3, 2, 1],
            conversations: 2,
            figures: Figures { recall: 0.99, ..Figures::default() },
            weights: Weights::quantise(&trained, [0.5, -0.5, 0.0, -1.0], Words::of([1, 4711].into_iter())),
            heads: std::array::from_fn(|_| Head {
                dense: [[0.25; DENSE]; CLASSES],
                second: [0.5; crate::context::SECOND],
                third: [0.125; crate::context::SECOND],
                curve: Curve { points: vec![(-1.0, 0.1), (1.0, 0.9)] },
            }),
            profile: Some(Profile { heads: [Spread::of(&[0.1, 0.4], &[Some(9), None]), Spread::default()] }),
            loads: Some(std::array::from_fn(|head| {
                let mut load = Load::default();
                load.add(0.25, head == 1, false, true);
                load
            })),
            signature: [0; SLOT],
        }
    }

    #[test]
    fn round() {
        let model = small();
        let bytes = model.write();
        assert_eq!(Model::read(&bytes).as_ref(), Ok(&model));
        assert_eq!(Model::read(&bytes).unwrap().write(), bytes);
    }

    #[test]
    fn a_model_without_a_profile_stays_as_it_was() {
        let mut old = Model { profile: None, loads: None, ..small() };
        old.weights.words = Words::default();
        let bytes = old.write();
        assert_eq!(bytes[8..10], [1, 0]);
        assert_eq!(Model::read(&bytes).as_ref(), Ok(&old));
        assert_ne!(old.id(), small().id());
    }

    #[test]
    fn a_model_that_does_not_know_its_folds_stays_as_it_was() {
        let old = Model { loads: None, ..small() };
        let bytes = old.write();
        assert_eq!(bytes[8..10], [2, 0]);
        assert_eq!(Model::read(&bytes).as_ref(), Ok(&old));
        let policy = Sorting::default();
        assert_eq!(old.limits(&policy), [Limits::by_costs(&policy); 2]);
    }

    #[test]
    fn every_damage_is_refused() {
        let bytes = small().write();
        let end = bytes.len() - SLOT;
        for at in (0..600).chain((600..end).step_by(4999)).chain(end - 700..end) {
            let mut broken = bytes.clone();
            broken[at] ^= 0x10;
            assert!(Model::read(&broken).is_err(), "byte {at}");
        }
        for len in (0..bytes.len()).step_by(3001).chain([bytes.len() - 1]) {
            assert!(Model::read(&bytes[..len]).is_err(), "length {len}");
        }
        assert!(Model::read(&[bytes.as_slice(), b"x"].concat()).is_err());
        assert_eq!(Model::read(b"SQLite format 3\0"), Err(ModelFault::Foreign));
        assert_eq!(Model::read(b""), Err(ModelFault::Foreign));
    }

    #[test]
    fn another_feature_version_is_refused() {
        let mut bytes = small().write();
        bytes[10] = 99;
        let fault = ModelFault::Version { what: "feature", found: 99, known: FEATURE_VERSION };
        assert_eq!(Model::read(&bytes), Err(fault));
    }

    #[test]
    fn a_signature_does_not_change_the_id() {
        let mut model = small();
        let id = model.id();
        model.signature = [9; SLOT];
        assert_eq!(Model::read(&model.write()).unwrap().id(), id);
    }
}
