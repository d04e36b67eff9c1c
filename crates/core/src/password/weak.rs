//! Whether a password is among the first that are guessed, without asking anybody.
//!
//! Nearly no password that was ever leaked has fifteen characters; those that have are made of shorter ones, of names, of
//! rows of keys, or of one thing several times. So a list of long passwords would let all the others through. What counts
//! here is how many guesses somebody needs who knows 30,000 common passwords, common words and names, this person's and this
//! service's names, sequences, keyboards, dates and repetitions, in any combination (the estimate is zxcvbn's).

use std::collections::BTreeSet;

use zxcvbn::matching::Match;
use zxcvbn::matching::patterns::MatchPattern;

use super::Rule;

/// Fewer guesses than ten to this power are too few...
const ENOUGH: f64 = 10.0;
/// ...but a password that is shorter than that and random is not to blame: the length is another rule.
const SPARE: f64 = 1.0;
/// Characters that are looked at from either end: the time grows faster than the length. It is 10 ms at worst.
const LOOKED_AT: usize = 48;
/// Shorter pieces of names are in too many other words.
const SHORTEST_PIECE: usize = 3;
/// What people who write other languages choose for `password`, and this program's own name.
const WORDS: [&str; 22] = [
    "doorward",
    "passwort",
    "kennwort",
    "motdepasse",
    "contraseña",
    "contrasena",
    "senha",
    "parola",
    "wachtwoord",
    "hasło",
    "haslo",
    "lösenord",
    "salasana",
    "пароль",
    "секрет",
    "любовь",
    "密码",
    "密碼",
    "mima",
    "wodemima",
    "パスワード",
    "비밀번호",
];

/// Why a password is guessed early. The reason is what most of it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Weakness {
    /// Common passwords, words or names.
    #[error("the password is too easy to guess: it is made of common words or passwords")]
    Common,
    /// One thing, several times.
    #[error("the password is too easy to guess: it repeats itself")]
    Repeats,
    /// `abcdef`, `123456`, neighbouring keys, a date.
    #[error("the password is too easy to guess: it is a sequence, a row of keys or a date")]
    Sequence,
    /// The person's own name or identifier.
    #[error("the password is too easy to guess: it is made of the name or identifier that it belongs to")]
    Personal,
    /// Names of this service or site, or words that the operator has listed.
    #[error("the password is too easy to guess: it is made of names that everybody here knows")]
    Context,
}

impl Weakness {
    /// A word for programs, which never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Common => "too_common",
            Self::Repeats => "repeats",
            Self::Sequence => "sequence",
            Self::Personal => "personal",
            Self::Context => "contextual",
        }
    }
}

/// The rule. A long password that is good at one end is good.
pub(super) fn weakness(password: &str, rule: Rule<'_>) -> Option<Weakness> {
    let folded: Vec<char> = password.chars().map(plainly).collect();
    let known = Known::of(rule);
    let first = judge(&folded[..folded.len().min(LOOKED_AT)], &known)?;
    if folded.len() > LOOKED_AT {
        judge(&folded[folded.len() - LOOKED_AT..], &known)?;
    }
    Some(first)
}

/// A sign that stands for a letter, as that letter. zxcvbn would try every combination of what each sign may mean, and
/// that takes half a second if there are enough of them.
fn plainly(c: char) -> char {
    match c {
        '@' => 'a',
        '$' => 's',
        '!' | '|' => 'i',
        '(' | '{' | '[' | '<' => 'c',
        '+' => 't',
        '%' => 'x',
        '#' | '&' => '*',
        other => other,
    }
}

/// What the person and everybody here is called, whole and in pieces.
struct Known {
    names: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Known {
    fn of(rule: Rule<'_>) -> Self {
        let names = rule.names.iter().flat_map(|name| pieces(name)).collect();
        let words = rule.words.iter().map(String::as_str).chain(WORDS).flat_map(pieces).collect();
        Self { names, words }
    }

    fn of_word(&self, word: &str) -> Option<Weakness> {
        match word {
            word if self.names.contains(word) => Some(Weakness::Personal),
            word if self.words.contains(word) => Some(Weakness::Context),
            _ => None,
        }
    }
}

fn pieces(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase();
    let whole = [text.chars().map(plainly).collect(), text.chars().filter(|c| c.is_alphanumeric()).collect()];
    let parts = text.split(|c: char| !c.is_alphanumeric()).map(ToOwned::to_owned);
    let long = |piece: &String| piece.chars().count() >= SHORTEST_PIECE || !piece.is_ascii();
    parts.chain(whole).filter(|piece| !piece.is_empty() && long(piece)).collect()
}

fn judge(password: &[char], known: &Known) -> Option<Weakness> {
    let text: String = password.iter().collect();
    let inputs: Vec<&str> = known.names.iter().chain(&known.words).map(String::as_str).collect();
    let estimate = zxcvbn::zxcvbn(&text, &inputs);
    let enough = ENOUGH.min(password.len() as f64 - SPARE);
    if estimate.guesses_log10() >= enough {
        return None;
    }
    let mut shares = [Weakness::Common, Weakness::Repeats, Weakness::Sequence, Weakness::Personal, Weakness::Context]
        .map(|weakness| (0, weakness));
    for part in estimate.sequence() {
        if let Some(reason) = reason(part, known) {
            let share = shares.iter_mut().find(|(_, weakness)| *weakness == reason);
            share.expect("all five are there").0 += part.token.chars().count();
        }
    }
    shares.into_iter().max().map(|(length, weakness)| if length == 0 { Weakness::Common } else { weakness })
}

/// `123456` and `111111` are in every list of passwords, but that is not the best thing to say of them. Neighbours on the
/// keyboard are told from their rows.
fn run(token: &str) -> Option<Weakness> {
    let rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];
    let chars: Vec<i64> = token.chars().map(|c| i64::from(u32::from(c))).collect();
    // After the nine comes the nought.
    let around = if token.bytes().all(|b| b.is_ascii_digit()) { 10 } else { i64::from(u32::MAX) };
    let mut steps = chars.windows(2).map(|pair| (pair[1] - pair[0]).rem_euclid(around));
    let weakness = match steps.next() {
        Some(0) if steps.all(|other| other == 0) => Some(Weakness::Repeats),
        Some(step) if (step == 1 || step == around - 1) && steps.all(|other| other == step) => Some(Weakness::Sequence),
        _ => rows.iter().any(|row| row.contains(&token.to_lowercase())).then_some(Weakness::Sequence),
    };
    weakness.filter(|_| chars.len() >= SHORTEST_PIECE)
}

fn reason(part: &Match, known: &Known) -> Option<Weakness> {
    match &part.pattern {
        MatchPattern::Dictionary(found) => {
            known.of_word(&found.matched_word).or_else(|| run(&part.token)).or(Some(Weakness::Common))
        }
        MatchPattern::Repeat(found) => {
            let once = found.base_matches.iter().filter_map(|part| reason(part, known)).max();
            once.filter(|reason| *reason >= Weakness::Personal).or(Some(Weakness::Repeats))
        }
        MatchPattern::Spatial(_) | MatchPattern::Sequence(_) | MatchPattern::Regex(_) | MatchPattern::Date(_) => {
            Some(Weakness::Sequence)
        }
        MatchPattern::BruteForce => None,
    }
}

#[cfg(test)]
mod tests;
