//! Words that have no place in the project: promises to do it properly some other day, and how or where it was made.
//!
//! The words are written in pieces, else this file would be the first to break the rule.

use super::Fault;
use crate::tree::Tree;

/// How a word is looked for.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// As written, and not as part of a longer word.
    Exact,
    /// In any case, and not as the end of a longer word.
    AnyCase,
}

const UNDONE: &str = "do it, or say in words what is not done and why";
const ELSEWHERE: &str = "the project speaks of itself alone";

const WORDS: &[(&str, Look, &str)] = &[
    (concat!("TO", "DO"), Look::Exact, UNDONE),
    (concat!("FIX", "ME"), Look::Exact, UNDONE),
    (concat!("XX", "X"), Look::Exact, UNDONE),
    (concat!("HA", "CK"), Look::Exact, UNDONE),
    (concat!("for", " now "), Look::AnyCase, UNDONE),
    (concat!("for", " now."), Look::AnyCase, UNDONE),
    (concat!("for", " now,"), Look::AnyCase, UNDONE),
    (concat!("for", " now;"), Look::AnyCase, UNDONE),
    (concat!("tempo", "rar"), Look::AnyCase, UNDONE),
    (concat!("/wo", "rk/"), Look::Exact, ELSEWHERE),
    (concat!("/tm", "p/t/"), Look::Exact, ELSEWHERE),
    (concat!("design", ".md"), Look::AnyCase, ELSEWHERE),
    (concat!("style", ".md"), Look::AnyCase, ELSEWHERE),
    (concat!("brief", ".md"), Look::AnyCase, ELSEWHERE),
    (concat!("helper", " agent"), Look::AnyCase, ELSEWHERE),
    (concat!("sub", "agent"), Look::AnyCase, ELSEWHERE),
    (concat!("sub-", "agent"), Look::AnyCase, ELSEWHERE),
    (concat!("artifac", "tory"), Look::AnyCase, ELSEWHERE),
    (concat!("pypi-", "mirror"), Look::AnyCase, ELSEWHERE),
    (concat!("npm-", "mirror"), Look::AnyCase, ELSEWHERE),
    (concat!("crates-", "mirror"), Look::AnyCase, ELSEWHERE),
];

/// Files whose words are not ours.
const FOREIGN: [&str; 2] = ["LICENSE-APACHE", "Cargo.lock"];

/// Every place where one of the words stands.
#[must_use]
pub fn no_word_is_out_of_place(tree: &Tree) -> Vec<Fault> {
    let ours = tree.texts().filter(|(path, _)| !FOREIGN.contains(path) && !path.ends_with("package-lock.json"));
    ours.flat_map(|(path, text)| in_file(path, text)).collect()
}

fn in_file(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let with_end = format!("{line} ");
        for (word, look, why) in WORDS {
            if stands_in(&with_end, word, *look) {
                faults.push(Fault::in_line(path, number, format!("`{}`: {why}", word.trim())));
            }
        }
    }
    faults
}

fn stands_in(line: &str, word: &str, look: Look) -> bool {
    let line = if matches!(look, Look::Exact) { line.to_owned() } else { line.to_lowercase() };
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let opens = !part_of_word(line[..at].chars().next_back());
        let closes = !part_of_word(line[at + word.len()..].chars().next()) || word.ends_with('/');
        opens && (closes || !matches!(look, Look::Exact))
    })
}

#[cfg(test)]
mod tests {
    use super::{WORDS, no_word_is_out_of_place};
    use crate::tree::Tree;

    #[test]
    fn each_word_is_found_wherever_it_stands() {
        for (word, _, _) in WORDS {
            let text = format!("one\n// {word} two\n");
            let faults = no_word_is_out_of_place(&Tree::of(&[("docs/a.txt", &text)]));
            assert!(!faults.is_empty(), "{word}");
            assert!(faults[0].to_string().starts_with("docs/a.txt:2: "), "{word}");
        }
        let at_the_end = concat!("it stays open for", " now");
        assert_eq!(no_word_is_out_of_place(&Tree::of(&[("a.md", at_the_end)])).len(), 1);
        let capital = concat!("Tempo", "rary solution");
        assert_eq!(no_word_is_out_of_place(&Tree::of(&[("a.md", capital)])).len(), 1);
    }

    #[test]
    fn a_longer_word_is_another_word() {
        let text = "AXXXB MASTODON_TODOS homework/ wait for nowhere to show, contemporary\nimportant for nowadays";
        assert!(no_word_is_out_of_place(&Tree::of(&[("a.md", text)])).is_empty());
    }
}
