//! Bytes in the clear.

use std::ops::{Deref, DerefMut};

use zeroize::optimization_barrier;

/// Bytes in the clear, wiped when dropped with all that their place in memory ever held: at the speed of memory, as
/// segments are large. Growing beyond the capacity leaves a copy behind, as with any `Vec`. Says nothing when printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Plain(Vec<u8>);

impl Plain {
    /// These bytes, to be wiped.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.0.clear();
        self.0.resize(self.0.capacity(), 0);
        optimization_barrier(self.0.as_slice());
    }
}

impl Deref for Plain {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Plain {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plain({} bytes)", self.0.len())
    }
}
