//! `docs/security/requirements.md`: what is required, and the tests that show it. Each test named there must exist.

use std::collections::BTreeSet;

use super::Fault;
use crate::markdown::code_spans;
use crate::source::{Half, Source};
use crate::tree::Tree;

/// Where the table stands.
pub const PATH: &str = "docs/security/requirements.md";

/// Rows that name no test, or one that does not exist; or the whole page, if it is missing.
#[must_use]
pub fn every_requirement_is_shown_by_a_test(tree: &Tree) -> Vec<Fault> {
    let Some(text) = tree.text(PATH) else {
        return vec![Fault::in_file(PATH, "does not exist")];
    };
    let tests = test_names(tree);
    let mut faults = Vec::new();
    let mut in_table = false;
    for (number, line) in (1..).zip(text.lines()) {
        if !line.starts_with('|') {
            in_table = false;
        } else if is_rule(line) {
            in_table = true;
        } else if in_table {
            faults.extend(row_faults(line, &tests).into_iter().map(|what| Fault::in_line(PATH, number, what)));
        }
    }
    if !text.lines().any(is_rule) {
        faults.push(Fault::in_file(PATH, "has no table"));
    }
    faults
}

fn is_rule(line: &str) -> bool {
    line.starts_with("|-") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn row_faults(line: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let shown_by = line.split('|').nth(2).unwrap_or_default();
    let names: Vec<&str> = code_spans(shown_by).map(|name| name.rsplit("::").next().unwrap_or(name).trim()).collect();
    if names.is_empty() {
        return vec!["names no test".to_owned()];
    }
    names.into_iter().filter(|name| !tests.contains(*name)).map(|name| format!("there is no test `{name}`")).collect()
}

/// Functions that stand in tests (Rust and Python), and the titles of tests in JavaScript.
fn test_names(tree: &Tree) -> BTreeSet<String> {
    let rust = tree.ending(".rs").flat_map(|(path, text)| Source::read(path, text).functions(Half::Tests));
    let python = tree.ending(".py").flat_map(|(_, text)| names_after(text, "def ", &['(']));
    let scripts = [".js", ".mjs"].into_iter().flat_map(|end| tree.ending(end));
    let scripts = scripts.flat_map(|(_, text)| ["\"", "'"].into_iter().flat_map(|quote| titles(text, quote)));
    rust.chain(python).chain(scripts).collect()
}

fn titles(text: &str, quote: &str) -> Vec<String> {
    let end: Vec<char> = quote.chars().collect();
    ["test(", "it("].iter().flat_map(|call| names_after(text, &format!("{call}{quote}"), &end)).collect()
}

fn names_after(text: &str, mark: &str, end: &[char]) -> Vec<String> {
    text.split(mark).skip(1).filter_map(|rest| rest.split(end).next()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{PATH, every_requirement_is_shown_by_a_test};
    use crate::tree::Tree;

    fn faults(rows: &str) -> Vec<String> {
        let page = format!("# A\n\n| what | shown by |\n|---|---|\n{rows}");
        let rust = "fn shipped() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn a_touch_never_revives() {}\n}\n";
        let script = "test('one refresh for two tabs', async () => {});";
        let tree = Tree::of(&[(PATH, &page), ("src/a.rs", rust), ("clients/js/a.test.js", script)]);
        every_requirement_is_shown_by_a_test(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_test_that_exists_shows_a_requirement() {
        let rows = "| one | `a_touch_never_revives` |\n| two | `a::tests::a_touch_never_revives`, `one refresh for two tabs` |\n";
        assert_eq!(faults(rows), Vec::<String>::new());
    }

    #[test]
    fn a_test_that_does_not_exist_is_found() {
        assert_eq!(faults("| one | `a_dream` |\n"), [format!("{PATH}:5: there is no test `a_dream`")]);
        assert_eq!(faults("| one | `shipped` |\n").len(), 1, "what is shipped is no test");
        assert_eq!(faults("| `a_touch_never_revives` | soon |\n"), [format!("{PATH}:5: names no test")]);
        assert_eq!(every_requirement_is_shown_by_a_test(&Tree::default()).len(), 1);
        assert_eq!(every_requirement_is_shown_by_a_test(&Tree::of(&[(PATH, "# A\n")])).len(), 1);
    }
}
