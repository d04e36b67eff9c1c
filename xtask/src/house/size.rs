//! A file reads in one sitting: at most [`LIMIT`] lines that are neither blank nor comment, tests not counted.

use super::Fault;
use crate::source::{self, Source};
use crate::tree::Tree;

/// Lines of code in one file; aim at half of it.
pub const LIMIT: usize = 300;

/// How many of the longest files are named when one is too long.
const NAMED: usize = 10;

/// Files above the limit; if there are any, the longest ones below it come along, so that it shows who is next.
#[must_use]
pub fn no_file_is_too_long(tree: &Tree) -> Vec<Fault> {
    let mut sizes: Vec<(usize, &str)> = sizes(tree).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    if sizes.first().is_none_or(|(lines, _)| *lines <= LIMIT) {
        return Vec::new();
    }
    let above = sizes.iter().filter(|(lines, _)| *lines > LIMIT).count();
    let fault =
        |(lines, path): (usize, &str)| Fault::in_file(path, format!("{lines} lines of code; the limit is {LIMIT}"));
    sizes.into_iter().take(above.max(NAMED)).map(fault).collect()
}

fn sizes(tree: &Tree) -> impl Iterator<Item = (usize, &str)> {
    let rust = tree.ending(".rs").map(|(path, text)| (Source::read(path, text).size(), path));
    let others = [".js", ".mjs", ".py"].into_iter().flat_map(|end| tree.ending(end));
    let others = others.filter(|(path, _)| !source::is_test_file(path) && !path.contains(".test."));
    rust.chain(others.map(|(path, text)| (script_size(text), path)))
}

/// Scripts: a comment that starts its line, and the lines of a `/* … */` that start with a star, are not counted.
fn script_size(text: &str) -> usize {
    let says_something =
        |line: &&str| !line.is_empty() && !["//", "/*", "*", "#"].iter().any(|mark| line.starts_with(mark));
    text.lines().map(str::trim).filter(says_something).count()
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, no_file_is_too_long};
    use crate::tree::Tree;

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        let line = "fn a() {}\n";
        let long = line.repeat(LIMIT + 1);
        let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", line.repeat(LIMIT), line.repeat(50));
        let tree = Tree::of(&[("src/long.rs", &long), ("src/tested.rs", &tested), ("src/long/tests.rs", &long)]);
        let faults = no_file_is_too_long(&tree);
        assert_eq!(faults[0].to_string(), "src/long.rs: 301 lines of code; the limit is 300");
        assert_eq!(faults[1].to_string(), "src/tested.rs: 300 lines of code; the limit is 300");
        assert!(no_file_is_too_long(&Tree::of(&[("src/tested.rs", &tested)])).is_empty());
    }

    #[test]
    fn scripts_are_measured_too() {
        let long = "a();\n// why\n".repeat(LIMIT + 1);
        assert_eq!(no_file_is_too_long(&Tree::of(&[("clients/js/a.js", &long)])).len(), 1);
        assert!(no_file_is_too_long(&Tree::of(&[("clients/js/a.test.js", &long)])).is_empty());
    }
}
