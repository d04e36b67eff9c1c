//! The double keeps the contract, and the torn one does not.

use super::*;
use crate::store::double::Double;

crate::contract!(|| Stores::of(Double::new(), ()));

/// The suite can fail: a store that reads and then writes breaks every sentence about concurrency.
#[test]
fn a_store_that_reads_and_then_writes_fails_every_sentence_about_concurrency() {
    let races: Vec<_> = SENTENCES.iter().filter(|s| s.port == "race").collect();
    assert_eq!(races.len(), 22);
    for sentence in races {
        // Threads meet by chance: on a busy machine not in every round of a sentence, but in one of ten.
        let is_found_out = (0..10).any(|_| {
            let stores = Stores::of(Double::torn(), ());
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (sentence.test)(&stores))).is_err()
        });
        assert!(is_found_out, "{} holds for a torn store", sentence.name);
    }
}
