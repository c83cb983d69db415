//! How far a job is, on the terminal, on standard error only. Filled in with the jobs.
