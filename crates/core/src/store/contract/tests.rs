//! The double keeps the contract, and the torn one does not.

use super::*;
use crate::store::double::Double;

crate::contract!(|| Stores::of(Double::new(), ()));

/// The suite can fail: a store that reads and then writes breaks every sentence about concurrency.
#[test]
fn a_store_that_reads_and_then_writes_fails_every_sentence_about_concurrency() {
    let races: Vec<_> = SENTENCES.iter().filter(|s| s.port == "race").collect();
    assert_eq!(races.len(), 18);
    for sentence in races {
        let stores = Stores::of(Double::torn(), ());
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (sentence.test)(&stores)));
        assert!(outcome.is_err(), "{} holds for a torn store", sentence.name);
    }
}
