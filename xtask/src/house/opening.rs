//! A file says first what room of the house it is. Three crates document every public item.

use super::{Fault, is_source};
use crate::source::Source;
use crate::tree::Tree;

/// Crates in which a public item without documentation does not compile.
const DOCUMENTED: [&str; 3] = ["verify", "core", "store"];

/// Sources that do not open with a module documentation.
#[must_use]
pub fn every_source_opens_with_its_purpose(tree: &Tree) -> Vec<Fault> {
    let silent = tree.texts().filter(|(path, text)| is_source(path) && !says_its_purpose(text));
    silent.map(|(path, _)| Fault::in_file(path, "does not open with `//!` and what it is for")).collect()
}

/// Crates that lost `#![deny(missing_docs)]`.
#[must_use]
pub fn public_items_are_documented(tree: &Tree) -> Vec<Fault> {
    let paths = DOCUMENTED.map(|name| format!("crates/{name}/src/lib.rs"));
    let open = paths.into_iter().filter(|path| !tree.text(path).is_some_and(|text| denies_missing_docs(path, text)));
    open.map(|path| Fault::in_file(&path, "does not say #![deny(missing_docs)]")).collect()
}

fn says_its_purpose(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first.and_then(|line| line.strip_prefix("//!")).is_some_and(|words| !words.trim().is_empty())
}

fn denies_missing_docs(path: &str, text: &str) -> bool {
    Source::read(path, text).all_code().iter().any(|(_, line)| line.trim() == "#![deny(missing_docs)]")
}

#[cfg(test)]
mod tests {
    use super::{every_source_opens_with_its_purpose, public_items_are_documented};
    use crate::tree::Tree;

    #[test]
    fn a_file_without_a_purpose_is_found() {
        let tree = Tree::of(&[
            ("crates/a/src/good.rs", "\n//! The door.\nuse b;\n"),
            ("crates/a/src/bad.rs", "use b;\n//! The door.\n"),
            ("crates/a/src/empty.rs", ""),
            ("crates/a/src/mute.rs", "//!\nuse b;\n"),
            ("docs/a.md", "# A\n"),
        ]);
        let faults: Vec<_> = every_source_opens_with_its_purpose(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].starts_with("crates/a/src/bad.rs"));
    }

    #[test]
    fn a_crate_that_stops_documenting_is_found() {
        let good = "//! A\n#![deny(missing_docs)]\n";
        let mut files = vec![
            ("crates/verify/src/lib.rs", good),
            ("crates/core/src/lib.rs", good),
            ("crates/store/src/lib.rs", good),
        ];
        assert!(public_items_are_documented(&Tree::of(&files)).is_empty());
        files[1].1 = "//! A\n// #![deny(missing_docs)]\n";
        assert_eq!(public_items_are_documented(&Tree::of(&files)).len(), 1);
        assert_eq!(public_items_are_documented(&Tree::of(&files[..1])).len(), 2);
    }
}
