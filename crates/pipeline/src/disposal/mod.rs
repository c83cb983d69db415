//! Disposal at the end of retention: what may go and why, two approvals over exactly that, the act with holds
//! and day looked at again, and a certificate that says what is gone and which copies are not yet. The rules
//! are tables in `policy`; the destruction is `archive`'s.

mod audit;
mod certificate;
mod facts;
mod plan;
mod run;

pub use certificate::{Certificate, CertifiedBucket, Kind, State, Why, Written, certificates, write};
pub use facts::{Decision, confirm_day, decide};
pub use plan::{Approved, Barred, PlanReport, PlannedBucket, WaitingPlan, approve, plan, show, waiting};
pub use run::{Copies, RunReport, confirm, run};

pub(crate) use audit::broken;
pub(crate) use facts::{Facts, Whose};
pub(crate) use plan::digest;
pub(crate) use run::{PLAN_HOLDS, begin, close_all, refused};
