//! Lines that strangers can cause: told, but not as often as they like. Whoever floods a server must not flood its log too,
//! or what matters is lost between.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// So many lines of one kind within a second.
const A_SECOND: u32 = 20;

/// Counts lines of one kind.
#[derive(Debug, Default)]
pub struct Sparse(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    second: u64,
    told: u32,
    left_out: u64,
}

impl Sparse {
    /// One that has told nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(Window { second: 0, told: 0, left_out: 0 }))
    }

    /// Whether a line may be told at this moment of the monotonic clock; with it, how many were left out before.
    #[must_use]
    pub fn may_tell(&self, now: Duration) -> Option<u64> {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now.as_secs() != window.second {
            (window.second, window.told) = (now.as_secs(), 0);
        }
        if window.told == A_SECOND {
            window.left_out += 1;
            return None;
        }
        window.told += 1;
        Some(std::mem::take(&mut window.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_in_part_and_the_next_line_says_how_much_was_left_out() {
        let (lines, at) = (Sparse::new(), Duration::from_secs);
        let told = (0..100).filter(|_| lines.may_tell(at(7)).is_some()).count();
        assert_eq!(told, 20);
        assert_eq!((lines.may_tell(at(8)), lines.may_tell(at(8))), (Some(80), Some(0)));
    }
}
