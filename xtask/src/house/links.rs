//! A link in a document leads somewhere: to a file or a folder of the project, and to a heading that it has.

use std::collections::BTreeMap;

use super::Fault;
use crate::markdown::Document;
use crate::tree::Tree;

/// Links between files of the project that lead nowhere. Links to other sites are not followed: tests need no network.
#[must_use]
pub fn every_link_leads_somewhere(tree: &Tree) -> Vec<Fault> {
    let documents: BTreeMap<&str, Document> =
        tree.ending(".md").map(|(path, text)| (path, Document::read(text))).collect();
    let mut faults = Vec::new();
    for (path, document) in &documents {
        for (line, target) in &document.links {
            if let Some(what) = fault(tree, &documents, path, target) {
                faults.push(Fault::in_line(path, *line, format!("`{target}`: {what}")));
            }
        }
    }
    faults
}

fn fault(tree: &Tree, documents: &BTreeMap<&str, Document>, from: &str, target: &str) -> Option<&'static str> {
    let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    if file.contains("://") || file.starts_with("mailto:") {
        return None;
    }
    let Some(file) = resolve(from, file) else {
        return Some("leaves the project, or starts at the root of some site");
    };
    if !tree.has(&file) {
        return Some("there is no such file");
    }
    let anchor = anchor?;
    match documents.get(file.as_str()) {
        Some(document) if document.anchors().iter().any(|known| known == anchor) => None,
        Some(_) => Some("there is no such heading"),
        None => Some("a line of a file moves with every change: link the file"),
    }
}

/// From the folder of `from`, or `from` itself if nothing but an anchor was given.
fn resolve(from: &str, target: &str) -> Option<String> {
    if target.is_empty() {
        return Some(from.to_owned());
    }
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::every_link_leads_somewhere;
    use crate::tree::Tree;

    fn faults(text: &str) -> Vec<String> {
        let tree = Tree::of(&[("docs/a.md", text), ("docs/b.md", "# One two\n"), ("src/c.rs", ""), ("README.md", "")]);
        every_link_leads_somewhere(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_link_that_leads_somewhere_is_none() {
        let good = "# Top\n[1](b.md) [2](b.md#one-two) [3](../src/c.rs) [4](#top) [5](https://example.com/x) [6](../src/) [7](./b.md) [8](..)";
        assert_eq!(faults(good), Vec::<String>::new());
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        assert_eq!(faults("[1](c.md)"), ["docs/a.md:1: `c.md`: there is no such file"]);
        assert_eq!(faults("\n[1](b.md#three)"), ["docs/a.md:2: `b.md#three`: there is no such heading"]);
        assert_eq!(faults("[1](#top)"), ["docs/a.md:1: `#top`: there is no such heading"]);
        assert!(faults("[1](/b.md)")[0].contains("root of some site"));
        assert!(faults("[1](../../b.md)")[0].contains("leaves the project"));
        assert!(faults("[1](../src/c.rs#L3)")[0].contains("moves with every change"));
        assert_eq!(faults("![1](picture.svg)").len(), 1);
    }
}
