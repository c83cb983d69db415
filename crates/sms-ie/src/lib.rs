//! Reader of what the app SMS Import / Export writes. Nothing is read yet.
