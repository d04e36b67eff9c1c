//! When a copy counts: the protocol of the caches, apart from what is cached.
//!
//! A reader takes a ticket (the epoch of the shard), reads the store, and files its copy under the ticket. A writer changes
//! the store, then moves the epoch, then answers. A copy counts while its epoch is the present one. So a copy that was read
//! before the change and filed after it is dead on arrival, however the threads run; a model checker walks all the ways.

use std::time::Duration;

use doorward_core::id::{SHARDS, Shard};

#[cfg(loom)]
use loom::sync::atomic::{AtomicU64, Ordering};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicU64, Ordering};

/// One counter for each shard.
#[derive(Debug)]
pub struct Epochs {
    counters: Box<[AtomicU64]>,
}

/// What a reader takes before it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    epoch: u64,
    deadline: Duration,
}

impl Default for Epochs {
    fn default() -> Self {
        Self::new(SHARDS)
    }
}

impl Epochs {
    /// That many counters.
    #[must_use]
    pub fn new(shards: usize) -> Self {
        Self { counters: (0..shards).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Taken *before* the store is read. The copy counts until `deadline` (monotonic) at most.
    #[must_use]
    pub fn ticket(&self, shard: usize, deadline: Duration) -> Ticket {
        Ticket { epoch: self.counters[shard].load(Ordering::Acquire), deadline }
    }

    /// Whether a copy under this ticket counts.
    #[must_use]
    pub fn counts(&self, shard: usize, ticket: Ticket, now: Duration) -> bool {
        self.counters[shard].load(Ordering::Acquire) == ticket.epoch && now < ticket.deadline
    }

    /// Moved *after* the store was changed and before anybody is told; `None` moves all.
    pub fn bump(&self, shard: Option<Shard>) {
        match shard {
            Some(shard) => self.bump_at(shard.index()),
            None => (0..self.counters.len()).for_each(|n| self.bump_at(n)),
        }
    }

    fn bump_at(&self, shard: usize) {
        self.counters[shard].fetch_add(1, Ordering::AcqRel);
    }
}

#[cfg(all(test, loom))]
mod model {
    use super::*;
    use loom::sync::{Arc, Mutex};
    use loom::thread;

    /// The store says whether the session lives; the copy is what a reader saw, and under which ticket.
    struct World {
        epochs: Epochs,
        lives: Mutex<bool>,
        copy: Mutex<Option<(bool, Ticket)>>,
    }

    impl World {
        fn new() -> Arc<Self> {
            Arc::new(Self { epochs: Epochs::new(1), lives: Mutex::new(true), copy: Mutex::new(None) })
        }

        fn fill(&self) {
            let ticket = self.epochs.ticket(0, Duration::MAX);
            let lives = *self.lives.lock().unwrap();
            *self.copy.lock().unwrap() = Some((lives, ticket));
        }

        fn hit_says_it_lives(&self) -> bool {
            let copy = *self.copy.lock().unwrap();
            copy.is_some_and(|(lives, ticket)| lives && self.epochs.counts(0, ticket, Duration::ZERO))
        }
    }

    fn race(revoke: fn(&World)) {
        loom::model(move || {
            let world = World::new();
            let filler = {
                let world = world.clone();
                thread::spawn(move || world.fill())
            };
            revoke(&world);
            assert!(!world.hit_says_it_lives(), "right after the answer to the revoke");
            filler.join().unwrap();
            assert!(!world.hit_says_it_lives(), "and ever after");
        });
    }

    #[test]
    fn after_a_revoke_no_copy_says_that_the_session_lives() {
        race(|world| {
            *world.lives.lock().unwrap() = false;
            world.epochs.bump_at(0);
        });
    }

    #[test]
    #[should_panic]
    fn the_model_finds_the_wrong_order() {
        race(|world| {
            world.epochs.bump_at(0);
            *world.lives.lock().unwrap() = false;
        });
    }
}
