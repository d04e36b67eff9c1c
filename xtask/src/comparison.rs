//! `docs/comparison.md`, in two languages: what people compare about sessions and tokens, what Doorward does, and the test
//! that shows it. The rows stand in `tests/mission/rows.toml`; a cell without a test says *not yet*, whatever we believe.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::generate::Output;
use crate::source::Source;
use crate::tree::Tree;

const ROWS: &str = "tests/mission/rows.toml";
const TESTS: &str = "tests/mission/";

/// The rows as they are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    row: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Functions in `tests/mission/*.rs`; none means not yet.
    tests: Vec<String>,
    en: Cells,
    zh: Cells,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cells {
    compared: String,
    doorward: String,
}

/// The words around the rows.
struct Language {
    path: &'static str,
    title: &'static str,
    lead: &'static str,
    head: [&'static str; 3],
    not_yet: &'static str,
    count: fn(usize, usize) -> String,
    cells: fn(&Row) -> &Cells,
}

const NOTICE: &str =
    "<!-- Written by `cargo xtask generate` from tests/mission/rows.toml. Change that file, not this one. -->";

const LANGUAGES: [Language; 2] = [
    Language {
        path: "docs/comparison.md",
        title: "Sessions and tokens, row by row",
        lead: "What people weigh when they choose between sessions and tokens, and what Doorward does about it. A row counts as \
               shown only while the test named in it exists; `cargo test` runs it.",
        head: ["what people compare", "in Doorward", "shown by"],
        not_yet: "not yet",
        count: |shown, all| format!("{shown} of {all} rows are shown by a test."),
        cells: |row| &row.en,
    },
    Language {
        path: "docs/comparison.zh-CN.md",
        title: "会话与令牌，逐行对照",
        lead: "在会话与令牌之间选择时人们比较什么，Doorward 又怎样做。只有当一行所写的测试确实存在时，这一行才算已证明；`cargo test` 会运行它。",
        head: ["人们比较什么", "在 Doorward 里", "由哪个测试证明"],
        not_yet: "尚未",
        count: |shown, all| format!("共 {all} 行，其中 {shown} 行已有测试证明。"),
        cells: |row| &row.zh,
    },
];

/// Both pages.
///
/// # Errors
/// If the rows cannot be read, say nothing, or name a test that does not run.
pub fn make(tree: &Tree) -> Result<Vec<Output>, String> {
    let text = tree.text(ROWS).ok_or_else(|| format!("{ROWS} does not exist"))?;
    let rows: Rows = toml::from_str(text).map_err(|error| format!("{ROWS}: {error}"))?;
    let tests = tests(tree);
    for row in &rows.row {
        if let Some(missing) = row.tests.iter().find(|name| !tests.contains_key(*name)) {
            return Err(format!("{ROWS}: no test `{missing}` runs under {TESTS}"));
        }
        if [&row.en, &row.zh].iter().any(|cells| cells.compared.trim().is_empty() || cells.doorward.trim().is_empty()) {
            return Err(format!("{ROWS}: an empty cell in the row `{}`", row.en.compared));
        }
    }
    let page = |language: &Language| Output { path: language.path.to_owned(), text: page(language, &rows.row, &tests) };
    Ok(LANGUAGES.iter().map(page).collect())
}

/// Tests of the mission by name, with their file. A file that `main.rs` does not name is not compiled, so its tests are none.
fn tests(tree: &Tree) -> BTreeMap<String, String> {
    let main = tree.text(&format!("{TESTS}main.rs")).unwrap_or_default();
    let modules: Vec<String> =
        Source::read("tests/", main).all_code().into_iter().map(|(_, line)| line.trim().to_owned()).collect();
    let mut found = BTreeMap::new();
    for (path, text) in tree.ending(".rs") {
        let Some(file) = path.strip_prefix(TESTS) else { continue };
        let module = format!("mod {};", file.trim_end_matches(".rs"));
        if file == "main.rs" || modules.contains(&module) {
            found.extend(Source::read(path, text).tests().into_iter().map(|name| (name, path.to_owned())));
        }
    }
    found
}

fn page(language: &Language, rows: &[Row], tests: &BTreeMap<String, String>) -> String {
    let shown = rows.iter().filter(|row| !row.tests.is_empty()).count();
    let mut text =
        format!("{NOTICE}\n\n# {}\n\n{}\n\n{}\n\n", language.title, language.lead, (language.count)(shown, rows.len()));
    text += &format!("| {} |\n|---|---|---|\n", language.head.join(" | "));
    for row in rows {
        let cells = (language.cells)(row);
        let shown_by = match row.tests.as_slice() {
            [] => format!("*{}*", language.not_yet),
            names => names.iter().map(|name| link(name, tests)).collect::<Vec<_>>().join("<br>"),
        };
        text += &format!("| {} | {} | {shown_by} |\n", cell(&cells.compared), cell(&cells.doorward));
    }
    text
}

/// To the file, not to a line: lines move.
fn link(name: &str, tests: &BTreeMap<String, String>) -> String {
    let file = tests.get(name).map_or("", String::as_str);
    format!("[{}](../{file})", name.replace('_', " "))
}

fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::make;
    use crate::tree::Tree;

    fn pages(names: &str, main: &str) -> Result<(String, String), String> {
        let rows = format!(
            "[[row]]\ntests = [{names}]\nen = {{ compared = 'a | b', doorward = 'c' }}\nzh = {{ compared = '甲', doorward = '乙' }}\n"
        );
        let file =
            "#[tokio::test]\nasync fn one_revoke_ends_it() {}\nfn a_word() {}\n#[test]\n#[ignore]\nfn left_out() {}\n";
        let tree = Tree::of(&[
            ("tests/mission/rows.toml", &rows),
            ("tests/mission/main.rs", main),
            ("tests/mission/revoke.rs", file),
        ]);
        let mut pages = make(&tree)?.into_iter().map(|output| output.text);
        Ok((pages.next().unwrap(), pages.next().unwrap()))
    }

    #[test]
    fn a_row_without_a_test_is_not_yet() {
        let (english, chinese) = pages("", "mod revoke;").unwrap();
        assert!(english.contains("| a \\| b | c | *not yet* |\n"), "{english}");
        assert!(english.contains("0 of 1 rows"));
        assert!(chinese.contains("| 甲 | 乙 | *尚未* |\n"), "{chinese}");
    }

    #[test]
    fn a_row_with_a_test_links_its_file() {
        let (english, chinese) = pages("'one_revoke_ends_it'", "//! All.\nmod revoke;\n").unwrap();
        assert!(english.contains("| [one revoke ends it](../tests/mission/revoke.rs) |\n"), "{english}");
        assert!(english.contains("1 of 1 rows"));
        assert!(chinese.contains("| [one revoke ends it](../tests/mission/revoke.rs) |\n"));
    }

    #[test]
    fn a_test_that_does_not_run_shows_nothing() {
        for name in ["'a_dream'", "'a_word'", "'left_out'"] {
            assert!(pages(name, "mod revoke;").unwrap_err().contains("runs under"), "{name}");
        }
        assert!(pages("'one_revoke_ends_it'", "// mod revoke;").is_err(), "a file that is not compiled");
        assert!(make(&Tree::default()).is_err());
    }
}
