//! Where memory comes from, and that it goes back.
//!
//! mimalloc gives freed memory back to the system a second later, but only when something else is freed then. A server that
//! has just hashed passwords and has nothing to do frees nothing, and would sit on 64 MiB for each hashing thread.

use std::hint::black_box;
use std::time::Duration;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const EVERY: Duration = Duration::from_secs(2);
/// Too large to share a page with anything: freeing it makes the allocator look at what is due. It is never touched, so it
/// costs addresses and no memory.
const BLOCK: usize = 4 * 1024 * 1024;

/// Has freed memory given back, until it is dropped.
pub(crate) async fn give_back() {
    let mut rounds = tokio::time::interval(EVERY);
    loop {
        rounds.tick().await;
        drop(black_box(Vec::<u8>::with_capacity(BLOCK)));
    }
}
