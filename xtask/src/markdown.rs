//! Reading documents, as far as the rules of the house need it: headings, anchors, links, blocks of code.

use std::collections::BTreeMap;

/// A block between two fences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What stands behind the opening fence: the language.
    pub language: String,
    /// What is inside.
    pub lines: Vec<String>,
}

/// A document, taken apart.
#[derive(Debug, Default)]
pub struct Document {
    /// Level and text, in order.
    pub headings: Vec<(usize, String)>,
    /// Line and target, in order: inline links, images, definitions, `href` and `src`.
    pub links: Vec<(usize, String)>,
    /// In order.
    pub blocks: Vec<Block>,
    ids: Vec<String>,
}

impl Document {
    /// Takes a document apart.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut document = Self::default();
        let mut fence: Option<(String, Block)> = None;
        for (number, line) in (1..).zip(text.lines()) {
            let start = line.trim_start();
            match fence.take() {
                Some((mark, block)) if is_end(start, &mark) => document.blocks.push(block),
                Some((mark, mut block)) => {
                    block.lines.push(line.to_owned());
                    fence = Some((mark, block));
                }
                None if start.starts_with("```") || start.starts_with("~~~") => {
                    let mark: String = start.chars().take_while(|c| start.starts_with(*c)).collect();
                    let language = start[mark.len()..].trim().to_owned();
                    fence = Some((mark, Block { language, lines: Vec::new() }));
                }
                None => document.read_prose(number, line),
            }
        }
        document.blocks.extend(fence.map(|(_, block)| block));
        document
    }

    /// What may stand behind `#` in a link to this document, as forges make it from headings.
    #[must_use]
    pub fn anchors(&self) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut anchors = self.ids.clone();
        for (_, title) in &self.headings {
            let slug = slug(title);
            let times = seen.entry(slug.clone()).or_default();
            anchors.push(if *times == 0 { slug } else { format!("{slug}-{times}") });
            *times += 1;
        }
        anchors
    }

    fn read_prose(&mut self, number: usize, line: &str) {
        let level = line.chars().take_while(|c| *c == '#').count();
        if (1..=6).contains(&level) && line[level..].starts_with(' ') {
            self.headings.push((level, line[level..].trim().to_owned()));
        }
        let line = without_code_spans(line);
        let mut found: Vec<String> = line.split("](").skip(1).filter_map(inline_target).collect();
        found.extend(definition(&line));
        found.extend(attributes(&line, "href").chain(attributes(&line, "src")));
        self.ids.extend(attributes(&line, "id").chain(attributes(&line, "name")));
        self.links.extend(found.into_iter().map(|target| (number, target)));
    }
}

/// The texts between single backticks in one line.
pub fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_end(line: &str, mark: &str) -> bool {
    line.starts_with(mark) && line.trim_end().chars().all(|c| mark.starts_with(c))
}

fn without_code_spans(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

fn inline_target(rest: &str) -> Option<String> {
    let mut depth = 0;
    let end = rest.char_indices().find_map(|(at, c)| match c {
        '(' => {
            depth += 1;
            None
        }
        ')' if depth == 0 => Some(at),
        ')' => {
            depth -= 1;
            None
        }
        _ => None,
    })?;
    let target = rest[..end].split_whitespace().next()?;
    Some(target.trim_start_matches('<').trim_end_matches('>').to_owned())
}

fn definition(line: &str) -> Option<String> {
    let (name, target) = line.strip_prefix('[')?.split_once("]: ")?;
    let plain = !name.starts_with('^') && !name.contains(']');
    plain.then(|| target.split_whitespace().next().map(str::to_owned))?
}

fn attributes(line: &str, name: &str) -> impl Iterator<Item = String> {
    let open = format!(" {name}=\"");
    let values: Vec<String> =
        line.split(&open).skip(1).filter_map(|rest| rest.split_once('"')).map(|(value, _)| value.to_owned()).collect();
    values.into_iter()
}

fn slug(title: &str) -> String {
    let mut text = String::new();
    let mut rest = title;
    // Of a link in a heading only its text counts.
    while let Some((before, after)) = rest.split_once("](") {
        text += before;
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    text += rest;
    let kept = text.to_lowercase();
    kept.chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Document, code_spans, slug};

    #[test]
    fn links_are_found_in_all_their_forms_and_not_in_code() {
        let text = "[a](b.md) ![c](d.png \"title\") `[e](f.md)` <a href=\"g.md\"> [h](i_(j).md)\n\n[k]: l.md\n[^1]: m\n```sh\n[n](o.md)\n```\n";
        let found: Vec<_> =
            Document::read(text).links.into_iter().map(|(line, target)| format!("{line}:{target}")).collect();
        assert_eq!(found, ["1:b.md", "1:d.png", "1:i_(j).md", "1:g.md", "3:l.md"]);
    }

    #[test]
    fn anchors_are_made_as_forges_make_them() {
        assert_eq!(slug("How `verify` works: the *set*, v1.0"), "how-verify-works-the-set-v10");
        assert_eq!(slug("会话与令牌，一份记录"), "会话与令牌一份记录");
        assert_eq!(slug("See [the walk](a.md) now"), "see-the-walk-now");
        let twice = Document::read("# A b\n\n## A b\n<a id=\"here\"></a>\n");
        assert_eq!(twice.anchors(), [" here".trim(), "a-b", "a-b-1"]);
    }

    #[test]
    fn a_heading_in_a_block_of_code_is_none() {
        let document = Document::read("# One\n\n````md\n# Two\n```\n````\n## Three\n#four\n");
        assert_eq!(document.headings, [(1, "One".to_owned()), (2, "Three".to_owned())]);
        assert_eq!(document.blocks.len(), 1);
        assert_eq!(document.blocks[0].language, "md");
        assert_eq!(document.blocks[0].lines, ["# Two", "```"]);
    }

    #[test]
    fn code_spans_are_what_stands_between_backticks() {
        assert_eq!(code_spans("| a `b` c `d e` |").collect::<Vec<_>>(), ["b", "d e"]);
    }
}
