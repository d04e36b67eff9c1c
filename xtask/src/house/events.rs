//! `docs/reference/events.md`: every event that a line of the log may name stands there, and none that no line names. What is
//! not on the list is found by nobody who watches for it.

use std::collections::BTreeSet;

use super::{Fault, is_source};
use crate::source::is_test_file;
use crate::tree::Tree;

/// Where the list stands.
pub const PATH: &str = "docs/reference/events.md";

/// Where a name stands in code: behind one of these, in quotes.
const BEFORE: [&str; 2] = [concat!("event", " = \""), concat!("because", "(\"")];

/// Events that are told and not listed, or listed and never told.
#[must_use]
pub fn every_event_is_listed(tree: &Tree) -> Vec<Fault> {
    let Some(page) = tree.text(PATH) else {
        return vec![Fault::in_file(PATH, "does not exist")];
    };
    let listed: BTreeSet<&str> = page.lines().filter_map(listed_name).collect();
    let (mut faults, mut told) = (Vec::new(), BTreeSet::new());
    for (path, text) in
        tree.ending(".rs").filter(|(path, _)| path.starts_with("crates/") && is_source(path) && !is_test_file(path))
    {
        for (number, line) in (1..).zip(text.lines()) {
            for name in
                BEFORE.iter().flat_map(|before| line.split(before).skip(1)).filter_map(|rest| rest.split('"').next())
            {
                told.insert(name);
                if !listed.contains(name) {
                    faults.push(Fault::in_line(path, number, format!("`{name}` is not listed in {PATH}")));
                }
            }
        }
        // Those of the audit are told by their names in its own closed list.
        if path.ends_with("/audit/event.rs") {
            told.extend(text.lines().filter_map(|line| line.split('"').nth(1)));
        }
    }
    let never = listed.iter().filter(|name| !told.contains(**name));
    faults.extend(never.map(|name| Fault::in_file(PATH, format!("`{name}` is told nowhere"))));
    faults
}

/// The name in the first column of a table.
fn listed_name(line: &str) -> Option<&str> {
    line.strip_prefix("| `")?.split('`').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(page: &str, code: &str) -> Vec<String> {
        let tree = Tree::of(&[(PATH, page), ("crates/x/src/lib.rs", code)]);
        every_event_is_listed(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_event_that_is_not_listed_or_never_told_is_found() {
        let code = format!("info!({}ready\", \"x\"); problem.{}broken\", &e)", BEFORE[0], BEFORE[1]);
        let page = "| `ready` | Ready. |\n| `broken` | Broken. |\n";
        assert_eq!(faults(page, &code), Vec::<String>::new());
        assert_eq!(
            faults("| `ready` | Ready. |\n", &code),
            ["crates/x/src/lib.rs:1: `broken` is not listed in docs/reference/events.md"]
        );
        let more = format!("{page}| `gone` | Gone. |\n");
        assert_eq!(faults(&more, &code), ["docs/reference/events.md: `gone` is told nowhere"]);
    }
}
