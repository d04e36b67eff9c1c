//! Reading Rust without a compiler, as far as the rules of the house need it: what is comment, what is text in quotes,
//! what is test.

use std::ops::Range;

/// What a character belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Quoted,
}

/// A file of Rust.
#[derive(Debug)]
pub struct Source {
    chars: Vec<char>,
    kinds: Vec<Kind>,
    tests: Vec<bool>,
}

/// Which half of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// What is built into the product.
    Shipped,
    /// What is built for tests only.
    Tests,
}

impl Source {
    /// Reads the file; `path` says whether all of it is test.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let kinds = kinds(&chars);
        let tests = vec![is_test_file(path); chars.len()];
        let mut source = Self { chars, kinds, tests };
        for range in source.test_items() {
            source.tests[range].fill(true);
        }
        source
    }

    /// The lines of one half, numbered from 1, with everything else blanked: comments, text in quotes, the other half.
    #[must_use]
    pub fn code(&self, half: Half) -> Vec<(usize, String)> {
        let tests = half == Half::Tests;
        self.lines(|n| self.kinds[n] == Kind::Code && self.tests[n] == tests)
    }

    /// Both halves.
    #[must_use]
    pub fn all_code(&self) -> Vec<(usize, String)> {
        self.lines(|n| self.kinds[n] == Kind::Code)
    }

    /// Lines of the product that are neither blank nor comment.
    #[must_use]
    pub fn size(&self) -> usize {
        let shipped = self.lines(|n| self.kinds[n] != Kind::Comment && !self.tests[n]);
        shipped.iter().filter(|(_, line)| !line.trim().is_empty()).count()
    }

    /// Names of the functions in one half.
    #[must_use]
    pub fn functions(&self, half: Half) -> Vec<String> {
        let text: String = self.code(half).into_iter().map(|(_, line)| line + "\n").collect();
        text.split("fn ").skip(1).map(name_at_start).filter(|name| !name.is_empty()).collect()
    }

    /// Names of the functions that a test runner runs: `#[test]`, `#[tokio::test]`, and not `#[ignore]`.
    #[must_use]
    pub fn tests(&self) -> Vec<String> {
        let text: String = self.all_code().into_iter().map(|(_, line)| line + "\n").collect();
        let mut found = Vec::new();
        for (at, _) in text.match_indices("#[") {
            let attribute = text[at + 2..].split([']', '(']).next().unwrap_or_default().trim();
            if attribute != "test" && !attribute.ends_with("::test") {
                continue;
            }
            let Some((head, rest)) = text[at..].split_once("fn ") else { continue };
            if !head.contains("#[ignore") && !head.contains('{') {
                found.push(name_at_start(rest));
            }
        }
        found
    }

    fn lines(&self, shows: impl Fn(usize) -> bool) -> Vec<(usize, String)> {
        let mut lines = vec![String::new()];
        for (n, &c) in self.chars.iter().enumerate() {
            match c {
                '\n' => lines.push(String::new()),
                _ => lines.last_mut().expect("starts with one").push(if shows(n) { c } else { ' ' }),
            }
        }
        (1..).zip(lines).collect()
    }

    /// Where `#[cfg(test)]` and `#[cfg(all(test, …))]` stand, each to the end of its item.
    fn test_items(&self) -> Vec<Range<usize>> {
        let code: Vec<char> =
            (0..self.chars.len()).map(|n| if self.kinds[n] == Kind::Code { self.chars[n] } else { ' ' }).collect();
        let mut found = Vec::new();
        for at in 0..code.len() {
            let starts = |with: &str| code[at..].iter().copied().take(with.len()).eq(with.chars());
            if starts("#![cfg(test)]") || starts("#![cfg(all(test,") {
                found.push(0..code.len());
            } else if starts("#[cfg(test)]") || starts("#[cfg(all(test,") {
                found.push(at..end_of_item(&code, at));
            }
        }
        found
    }
}

/// Files that hold nothing but tests, by their name. The contract of the stores is tests that any store may run.
#[must_use]
pub fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.split('/').any(|part| matches!(part, "tests" | "benches"))
        || path.contains("/store/contract")
}

fn name_at_start(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Past the attribute at `from`: to the `;` or the closing brace of the item that follows.
fn end_of_item(code: &[char], from: usize) -> usize {
    let (mut round, mut curly) = (0_i32, 0_i32);
    for (n, c) in code.iter().enumerate().skip(from) {
        match c {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            '{' => curly += 1,
            '}' => {
                curly -= 1;
                if curly <= 0 {
                    return n + 1;
                }
            }
            ';' if round == 0 && curly == 0 => return n + 1,
            _ => {}
        }
    }
    code.len()
}

fn kinds(chars: &[char]) -> Vec<Kind> {
    let mut kinds = vec![Kind::Code; chars.len()];
    let mut at = 0;
    while at < chars.len() {
        let (kind, end) = piece(chars, at);
        kinds[at..end].fill(kind);
        at = end;
    }
    kinds
}

/// The piece that starts at `at`, and where it ends. Quotes count as code, what is between them does not.
fn piece(chars: &[char], at: usize) -> (Kind, usize) {
    let next = |n: usize| chars.get(at + n).copied().unwrap_or('\n');
    let before = at.checked_sub(1).and_then(|n| chars.get(n)).copied().unwrap_or(' ');
    match chars[at] {
        '/' if next(1) == '/' => (Kind::Comment, find(chars, at, |n| chars[n] == '\n')),
        '/' if next(1) == '*' => (Kind::Comment, end_of_block_comment(chars, at)),
        '"' => (Kind::Quoted, end_of_quoted(chars, at, '"')),
        'r' if !before.is_alphanumeric() || before == 'b' || before == 'c' => {
            raw_string(chars, at).unwrap_or((Kind::Code, at + 1))
        }
        '\'' if next(1) == '\\' || next(2) == '\'' => (Kind::Quoted, end_of_quoted(chars, at, '\'')),
        _ => (Kind::Code, at + 1),
    }
}

fn find(chars: &[char], from: usize, is_end: impl Fn(usize) -> bool) -> usize {
    (from..chars.len()).find(|n| is_end(*n)).unwrap_or(chars.len())
}

fn end_of_block_comment(chars: &[char], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn end_of_quoted(chars: &[char], from: usize, quote: char) -> usize {
    let mut at = from + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            c if c == quote => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn raw_string(chars: &[char], at: usize) -> Option<(Kind, usize)> {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |n: usize| chars[n] == '"' && chars[n + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    let end = find(chars, open + 1, closes);
    Some((Kind::Quoted, (end + 1 + hashes).min(chars.len())))
}

#[cfg(test)]
mod tests;
