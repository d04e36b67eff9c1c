//! How expensive a hash of ours is.

/// The parameters of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB (`m`).
    pub memory_kib: u32,
    /// Passes over it (`t`).
    pub passes: u32,
    /// Lanes (`p`).
    pub lanes: u32,
}

impl Cost {
    /// What an installation starts with: 64 MiB, three passes.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
    /// Nothing below is accepted: 19 MiB, two passes.
    pub const FLOOR: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// Most memory of one hash: 1 GiB.
    pub const MOST_MEMORY_KIB: u32 = 1024 * 1024;

    /// Whether hashes may be made at this cost. One pass over 46 MiB is as good as two over 19.
    #[must_use]
    pub fn is_allowed(self) -> bool {
        let strong = self.memory_kib >= Self::FLOOR.memory_kib && self.passes >= Self::FLOOR.passes
            || self.memory_kib >= 46 * 1024 && self.passes >= 1;
        strong && self.is_bearable()
    }

    /// Whether a hash of this cost is computed at all: sixteen times the default, in 1 GiB. What may be made may also be
    /// checked, else nobody would sign in any more.
    #[must_use]
    pub fn is_bearable(self) -> bool {
        (1..=16).contains(&self.lanes)
            && self.memory_kib <= Self::MOST_MEMORY_KIB
            && self.work() <= 16 * Self::DEFAULT.work()
    }

    /// A rough measure of the work, to compare two costs.
    pub(super) fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }
}
