//! A password that nobody has to think up: words that can be said, typed and remembered.

use zeroize::Zeroize;

use crate::auth::Auth;
use crate::rng::{self, Rng, RngError};
use crate::secret::Plain;

/// Short English words, one a line. No two begin with the same four letters and none is the beginning of another, so a
/// phrase can be read in one way only, also where the hyphens were lost.
const WORDS: &str = include_str!("words.txt");
/// Six of them are 64 random bits.
const COUNT: usize = 6;

/// A passphrase of at least 64 random bits and at least that many characters, as in `amber-kettle-…`.
///
/// # Errors
/// If there is no randomness.
pub fn phrase(rng: &dyn Rng, min_length: usize) -> Result<Plain<String>, RngError> {
    let words: Vec<&str> = WORDS.lines().collect();
    let mut text = String::with_capacity(128.max(min_length + 8));
    for n in 0.. {
        if n >= COUNT && text.len() >= min_length {
            break;
        }
        let word = match below(words.len(), rng) {
            Ok(at) => words[at],
            Err(error) => {
                text.zeroize();
                return Err(error);
            }
        };
        if n > 0 {
            text.push('-');
        }
        text.push_str(word);
    }
    Ok(Plain::new(text))
}

impl Auth {
    /// A passphrase that meets the rule here, to offer. It is nobody's until somebody takes it.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn suggest_password(&self) -> Result<Plain<String>, RngError> {
        phrase(self.rng(), self.policy().password_min_length)
    }
}

/// A number below `count`, each as likely as any other: what would favour the first ones is drawn again.
fn below(count: usize, rng: &dyn Rng) -> Result<usize, RngError> {
    let whole = (usize::from(u16::MAX) + 1) / count * count;
    loop {
        let drawn = usize::from(u16::from_be_bytes(rng::bytes(rng)?));
        if drawn < whole {
            return Ok(drawn % count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SeededRng;
    use std::collections::BTreeSet;

    #[test]
    fn the_words_are_short_distinct_and_read_in_one_way_only() {
        let words: Vec<&str> = WORDS.lines().collect();
        assert!(words.iter().all(|w| (3..=7).contains(&w.len()) && w.bytes().all(|b| b.is_ascii_lowercase())));
        let beginnings: BTreeSet<_> = words.iter().map(|w| &w[..w.len().min(4)]).collect();
        assert_eq!(beginnings.len(), words.len(), "four letters tell each");
        assert!(words.is_sorted());
        assert!(words.windows(2).all(|pair| !pair[1].starts_with(pair[0])), "none begins another");
        let bits = (words.len() as f64).log2() * COUNT as f64;
        assert!(bits >= 64.0, "{bits} bits");
    }

    #[test]
    fn a_phrase_is_drawn_word_by_word_and_grows_to_the_length_that_is_asked_for() {
        let rng = SeededRng::new(1);
        let phrases: BTreeSet<String> = (0..200).map(|_| phrase(&rng, 15).unwrap().expose().clone()).collect();
        assert_eq!(phrases.len(), 200);
        assert!(
            phrases
                .iter()
                .all(|p| p.split('-').count() == COUNT && p.split('-').all(|w| WORDS.lines().any(|l| l == w)))
        );
        assert!(phrase(&rng, 128).unwrap().expose().len() >= 128);
        rng.fail(true);
        assert!(phrase(&rng, 15).is_err());
    }

    #[test]
    fn every_word_is_as_likely_as_any_other() {
        let (rng, count, rounds) = (SeededRng::new(2), 100, 100_000);
        let mut drawn = vec![0u32; count];
        for _ in 0..rounds {
            drawn[below(count, &rng).unwrap()] += 1;
        }
        // A thousand each, with a deviation of about 32.
        assert!(drawn.iter().all(|n| (800..1200).contains(n)), "{drawn:?}");
    }
}
