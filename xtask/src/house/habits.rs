//! Habits of code and of tests: nothing panics on input, nothing prints from a library, no test sleeps or is left out.

use super::{Fault, is_source};
use crate::source::{Half, Source};
use crate::tree::Tree;

/// Crates that speak through their answers and events, never through the terminal.
const LIBRARIES: [&str; 4] = ["crates/verify/", "crates/core/", "crates/store/", "crates/server/"];

/// `unwrap` in what is shipped: it ends a request without saying why it thought it could not.
#[must_use]
pub fn nothing_shipped_unwraps(tree: &Tree) -> Vec<Fault> {
    search(tree, is_source, Half::Shipped, &[".unwrap()", ".unwrap_err()"], "say why it cannot fail: expect(\"…\")")
}

/// Printing from a library.
#[must_use]
pub fn no_library_prints(tree: &Tree) -> Vec<Fault> {
    let library = |path: &str| is_source(path) && LIBRARIES.iter().any(|name| path.starts_with(name));
    search(
        tree,
        library,
        Half::Shipped,
        &["println!(", "print!(", "eprintln!(", "eprint!("],
        "a library does not print",
    )
}

/// A test that waits on a clock is slow on a good day and false on a bad one.
#[must_use]
pub fn no_test_sleeps(tree: &Tree) -> Vec<Fault> {
    let sleeps = ["sleep(", "sleep_until(", "sleep_ms("];
    search(
        tree,
        |path| path.ends_with(".rs"),
        Half::Tests,
        &sleeps,
        "wait for the event, or move the clock that was handed in",
    )
}

/// A test that is left out is a claim that nobody checks. What needs another program is a group of `cargo xtask test`.
#[must_use]
pub fn no_test_is_left_out(tree: &Tree) -> Vec<Fault> {
    let why = "run it, or take it out; what needs another program is a group of `cargo xtask test`";
    let mut faults = search(tree, |path| path.ends_with(".rs"), Half::Tests, &["#[ignore", "ignore)]"], why);
    let scripts = [".js", ".mjs"].into_iter().flat_map(|end| tree.ending(end));
    for (path, text) in scripts {
        for (number, line) in (1..).zip(text.lines()) {
            let left_out =
                ["test.skip(", "it.skip(", "describe.skip(", "test.only(", "it.only(", "describe.only(", "test.todo("];
            if left_out.iter().any(|word| line.contains(word)) {
                faults.push(Fault::in_line(path, number, why));
            }
        }
    }
    faults
}

fn search(tree: &Tree, belongs: impl Fn(&str) -> bool, half: Half, words: &[&str], why: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| belongs(path)) {
        for (number, line) in Source::read(path, text).code(half) {
            for word in words.iter().filter(|word| stands_in(&line, word)) {
                faults.push(Fault::in_line(path, number, format!("`{word}`: {why}")));
            }
        }
    }
    faults
}

/// Not as the end of a longer name: `eprint!` is not `print!`, `no_sleep` is not `sleep`.
fn stands_in(line: &str, word: &str) -> bool {
    let before = |at: usize| line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| !before(at) || word.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{no_library_prints, no_test_is_left_out, no_test_sleeps, nothing_shipped_unwraps};
    use crate::tree::Tree;

    fn planted(path: &str, text: &str) -> Tree {
        Tree::of(&[(path, text)])
    }

    #[test]
    fn an_unwrap_outside_tests_is_found() {
        let text = "fn a() { b.unwrap(); }\n#[cfg(test)]\nmod tests { fn c() { d.unwrap(); } }\n/// e.unwrap()\nconst F: &str = \"g.unwrap()\";\n";
        let faults = nothing_shipped_unwraps(&planted("crates/a/src/b.rs", text));
        assert_eq!(faults.len(), 1);
        assert!(faults[0].to_string().starts_with("crates/a/src/b.rs:1: "));
        assert!(nothing_shipped_unwraps(&planted("crates/a/tests/b.rs", text)).is_empty());
        assert!(nothing_shipped_unwraps(&planted("crates/a/src/b.rs", "a.unwrap_or_default()")).is_empty());
    }

    #[test]
    fn a_library_that_prints_is_found_and_a_binary_may() {
        assert_eq!(
            no_library_prints(&planted("crates/core/src/a.rs", "fn a() { println!(\"b\"); eprintln!(); }")).len(),
            2
        );
        assert!(no_library_prints(&planted("crates/cli/src/a.rs", "fn a() { println!(\"b\"); }")).is_empty());
    }

    #[test]
    fn a_sleeping_test_is_found_and_a_waiting_server_may() {
        assert_eq!(
            no_test_sleeps(&planted("crates/a/tests/b.rs", "std::thread::sleep(c);\ntokio::time::sleep(d).await;"))
                .len(),
            2
        );
        assert_eq!(
            no_test_sleeps(&planted("crates/a/src/b.rs", "#[cfg(test)]\nmod tests {\n fn c() { sleep(d) }\n}")).len(),
            1
        );
        assert!(no_test_sleeps(&planted("crates/a/src/b.rs", "fn a() { tokio::time::sleep(d) }")).is_empty());
        assert!(no_test_sleeps(&planted("crates/a/tests/b.rs", "fn tests_never_sleep() {}")).is_empty());
    }

    #[test]
    fn a_test_that_is_left_out_is_found() {
        assert_eq!(
            no_test_is_left_out(&planted("crates/a/tests/b.rs", "#[test]\n#[ignore = \"slow\"]\nfn c() {}")).len(),
            1
        );
        assert_eq!(
            no_test_is_left_out(&planted("tests/b.rs", "#[test]\n#[cfg_attr(not(c), ignore)]\nfn c() {}")).len(),
            1
        );
        assert_eq!(no_test_is_left_out(&planted("clients/js/a.test.js", "test.skip('b')")).len(), 1);
        assert!(no_test_is_left_out(&planted("tests/b.rs", "#[test]\nfn nothing_is_ignored() {}")).is_empty());
    }
}
