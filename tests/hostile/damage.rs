//! Damage that knows nothing of formats: the file that holds the messages is cut, flipped, overwritten.

/// Numbers that look random: xorshift64* (Vigna 2016).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(value).unwrap() % most.max(1)
    }
}

/// What is done to the bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Damage {
    /// So many thousandths are left.
    Cut(usize),
    /// So many bytes are left.
    Bytes(usize),
    /// The last byte is gone.
    Last,
    /// One bit of one byte.
    Flip(u64),
    /// Sixteen bytes of 0xff: a length that cannot be.
    Giant(u64),
    /// A sector of zeros.
    Zeros(u64),
    /// A sector from elsewhere in the same file.
    Moved(u64),
    /// Bytes behind the end.
    Longer,
    /// A byte before the beginning.
    Before,
}

/// What is tried with every kind; more seeds give more of it.
pub(crate) fn all(seeds: u64) -> Vec<Damage> {
    let mut all: Vec<Damage> = [0, 1, 2, 16, 100].map(Damage::Bytes).to_vec();
    all.extend([100, 500, 900].map(Damage::Cut));
    all.extend([Damage::Last, Damage::Longer, Damage::Before]);
    for seed in 1..=seeds {
        all.extend([Damage::Flip(seed), Damage::Giant(seed), Damage::Zeros(seed), Damage::Moved(seed)]);
    }
    all
}

impl Damage {
    /// The bytes, damaged.
    pub(crate) fn of(self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        let place = |seed: u64, len: usize| {
            let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
            (dice.below(whole.len().saturating_sub(len)), dice.below(whole.len().saturating_sub(len)))
        };
        match self {
            Self::Cut(thousandths) => bytes.truncate(whole.len() * thousandths / 1000),
            Self::Bytes(n) => bytes.truncate(n),
            Self::Last => drop(bytes.pop()),
            Self::Flip(seed) => {
                let (at, bit) = place(seed, 1);
                bytes[at] ^= 1 << (bit % 8);
            }
            Self::Giant(seed) => {
                // every second time in the head of the file
                let (at, _) = place(seed, 16);
                let at = if seed % 2 == 0 { at % 128.min(at + 1) } else { at };
                let end = (at + 16).min(bytes.len());
                bytes[at..end].fill(0xff);
            }
            Self::Zeros(seed) => {
                let (at, _) = place(seed, 512);
                let end = (at + 512).min(bytes.len());
                bytes[at..end].fill(0);
            }
            Self::Moved(seed) => {
                let (at, from) = place(seed, 512);
                let len = 512.min(whole.len() - at.max(from));
                bytes[at..at + len].copy_from_slice(&whole[from..from + len]);
            }
            Self::Longer => {
                bytes.extend((0..1000_u32).map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0]))
            }
            Self::Before => bytes.insert(0, b'\n'),
        }
        bytes
    }
}
