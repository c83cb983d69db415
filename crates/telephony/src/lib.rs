//! Reader of the telephony provider: its backup and its database. Nothing is read yet.
