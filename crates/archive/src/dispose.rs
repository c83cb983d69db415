//! Disposal: buckets whose time has come lose their keys and their bodies, the chain keeps their headers. Two
//! persons approved exactly this list; holds and the day are looked at again when it is done. Knows no hold
//! and no period: the caller says whether it still may be.

use std::collections::{HashMap, HashSet};

use access::{DisposeBody, Rights};
use chain::{Approval, EntryType};

use crate::Operator;
use crate::error::{ArchiveError, broken};
use crate::rotation::Custody;
use crate::steps::Step;
use crate::writer::{About, Entry, Writer};

/// A disposal as it was approved.
pub struct Disposal<'a> {
    /// Which buckets, by which day, after which plan.
    pub body: &'a DisposeBody,
    /// What is sealed with it.
    pub plain: &'a [u8],
    /// Who approved it, besides who carries it out.
    pub approvals: &'a [Approval],
}

/// Says why something may not be done now.
pub type Recheck<'a> = &'a dyn Fn(&Writer) -> Result<(), ArchiveError>;

impl Writer {
    /// The operator who gave an approval, where it holds.
    pub fn approver(&self, act: &[u8; 32], approval: &Approval) -> Option<access::OperatorId> {
        let authority = &self.archive.authority;
        let (key, operator) = (authority.key_of(&approval.0)?, authority.operator_of(&approval.0)?);
        chain::approved(&self.archive.id, act, &key, approval).then_some(operator)
    }

    /// Appends an entry that others may have approved beforehand. `recheck` is asked inside the transaction.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`], [`ArchiveError::OnePerson`] where two must, [`ArchiveError::Refused`] by
    /// `recheck`; nothing is then appended.
    pub fn append_approved(
        &mut self,
        by: &Operator,
        entry: &Entry<'_>,
        approvals: &[Approval],
        recheck: Recheck<'_>,
    ) -> Result<u64, ArchiveError> {
        let signer = by.signer();
        let others = self.others(entry.kind, entry.clear, &signer, approvals)?;
        let snapshot = self.begin()?;
        let result =
            recheck(self).and_then(|()| self.put_about(entry, About::default(), &[&signer], &others));
        self.end(snapshot, result)
    }

    /// Disposes of buckets, steps 1 to 5; [`Writer::close`] is the sixth. `recheck` is asked first, and again
    /// inside the transaction that makes the disposal irrevocable. Gives the number of its entry.
    ///
    /// # Errors
    /// [`ArchiveError::NoRight`], [`ArchiveError::OnePerson`], [`ArchiveError::Refused`] by `recheck`. After
    /// step 2 an error means that the rest is completed when the archive is next opened for writing.
    pub fn dispose(
        &mut self,
        by: &Operator,
        disposal: &Disposal<'_>,
        custody: &Custody<'_>,
        recheck: Recheck<'_>,
    ) -> Result<u64, ArchiveError> {
        self.must(by, Rights::DELETE, "delete")?;
        self.must(by, Rights::ADMIN, "admin")?;
        // one act at a time: the one before is completed first
        self.complete()?;
        recheck(self)?;
        let Disposal { body, plain, approvals } = disposal;
        let clear = body.encode();
        let act = chain::act_of(self.archive.suite(), Some(EntryType::Dispose), &clear)
            .ok_or_else(|| broken(0, "no act"))?;
        let signer = by.signer();
        let mut others = Vec::new();
        for approval in approvals.iter().filter(|a| a.0 != signer.author()) {
            self.approver(&act, approval).ok_or(ArchiveError::OnePerson)?;
            others.push(*approval);
        }
        let leaving: HashSet<_> = body.buckets.iter().copied().collect();
        let rotation = self.prepare_rotation(custody, &leaving, &HashMap::new())?;
        let snapshot = self.begin()?;
        let entry = Entry { kind: EntryType::Dispose, clear: &clear, plain };
        let result = recheck(self)
            .and_then(|()| self.put_about(&entry, About::default(), &[&signer], &others))
            .and_then(|index| self.append_rotation(&rotation, by).map(|()| index));
        let index = self.end(snapshot, result)?;
        self.reached(Step::Entry)?;
        self.complete()?;
        Ok(index)
    }
}
