//! Documents that exist in English and in Chinese have the same headings and the same commands, else one of them lies.

use super::Fault;
use crate::markdown::{Block, Document};
use crate::tree::Tree;

/// Documents that must exist in both languages. Any other that has a twin is compared as well.
const NEEDED: [&str; 2] = ["README.md", "docs/comparison.md"];

/// Twins that differ or are missing.
#[must_use]
pub fn both_languages_say_the_same(tree: &Tree) -> Vec<Fault> {
    let chinese = tree.ending(".zh-CN.md").map(|(path, _)| path.replace(".zh-CN.md", ".md"));
    let mut pairs: Vec<String> = NEEDED.iter().map(|path| (*path).to_owned()).chain(chinese).collect();
    pairs.sort();
    pairs.dedup();
    pairs.iter().filter_map(|english| compare(tree, english)).collect()
}

fn compare(tree: &Tree, english: &str) -> Option<Fault> {
    let chinese = english.replace(".md", ".zh-CN.md");
    let Some(one) = tree.text(english).map(Document::read) else {
        return Some(Fault::in_file(english, "does not exist"));
    };
    let Some(other) = tree.text(&chinese).map(Document::read) else {
        return Some(Fault::in_file(&chinese, "does not exist"));
    };
    difference(&one, &other).map(|what| Fault::in_file(&chinese, what))
}

fn difference(one: &Document, other: &Document) -> Option<String> {
    let levels = |document: &Document| document.headings.iter().map(|(level, _)| *level).collect::<Vec<_>>();
    if levels(one) != levels(other) {
        return Some(format!("headings of the levels {:?}; the English text has {:?}", levels(other), levels(one)));
    }
    if one.blocks.len() != other.blocks.len() {
        return Some(format!("{} blocks of code; the English text has {}", other.blocks.len(), one.blocks.len()));
    }
    let pairs = one.blocks.iter().zip(&other.blocks);
    let (n, _) = pairs.enumerate().find(|(_, (a, b))| a.language != b.language || code(a) != code(b))?;
    Some(format!("block of code {} is not the one of the English text (comments aside)", n + 1))
}

/// What a block says to a machine. Comments may be in another language; so may a drawing.
fn code(block: &Block) -> Vec<String> {
    if matches!(block.language.as_str(), "" | "text") {
        return Vec::new();
    }
    let without_comment = |line: &String| {
        let ends =
            ["# ", "// "].iter().filter_map(|mark| line.find(mark).filter(|at| *at == 0 || line[..*at].ends_with(' ')));
        line[..ends.min().unwrap_or(line.len())].trim_end().to_owned()
    };
    block.lines.iter().map(without_comment).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{NEEDED, both_languages_say_the_same};
    use crate::tree::Tree;

    const ENGLISH: &str = "# A\n```sh\n# start\nrun --it  # now\n```\n```text\none\n```\n## B\n";

    fn faults(chinese: &str) -> Vec<String> {
        let tree = Tree::of(&[
            (NEEDED[0], ENGLISH),
            ("README.zh-CN.md", chinese),
            (NEEDED[1], ""),
            ("docs/comparison.zh-CN.md", ""),
        ]);
        both_languages_say_the_same(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_may_differ_and_commands_may_not() {
        assert_eq!(
            faults("# 甲\n```sh\n# 启动\nrun --it  # 现在\n```\n```text\n一\n```\n## 乙\n"),
            Vec::<String>::new()
        );
        assert!(faults(&ENGLISH.replace("run --it", "run --that"))[0].contains("block of code 1"));
        assert!(faults(&ENGLISH.replace("```sh", "```bash"))[0].contains("block of code 1"));
    }

    #[test]
    fn a_missing_part_is_found() {
        assert!(faults(&ENGLISH.replace("## B", "B"))[0].contains("headings"));
        assert!(faults(&ENGLISH.replace("```text\none\n```\n", ""))[0].contains("blocks"));
        let alone = Tree::of(&[("README.md", ENGLISH)]);
        assert_eq!(both_languages_say_the_same(&alone).len(), 2);
        let other = Tree::of(&[("docs/a.md", "# A"), ("docs/a.zh-CN.md", "A")]);
        assert!(
            both_languages_say_the_same(&other).iter().any(|fault| fault.to_string().starts_with("docs/a.zh-CN.md"))
        );
    }
}
