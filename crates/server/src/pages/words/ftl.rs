//! Reads message files: the part of Fluent that our messages use. Whoever translates may use any tool that knows Fluent.
//!
//! A message is `key = text`, perhaps with `{ $variable }` in it, perhaps going on in indented lines. One that depends on a
//! number chooses between forms:
//!
//! ```text
//! minutes-ago =
//!     { $count ->
//!         [one] a minute ago
//!        *[other] { $count } minutes ago
//!     }
//! ```

#[cfg(test)]
use std::collections::BTreeSet;
use std::fmt::Display;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// The variable that chooses, and the form for one; without it there is but one form.
    one: Option<(&'static str, Vec<Piece>)>,
    other: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Text(&'static str),
    Variable(&'static str),
}

impl Message {
    /// The text, with its variables filled in.
    pub(super) fn fill(&self, values: &[(&str, &dyn Display)]) -> String {
        let value = |name: &str| values.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string());
        let is_one = |variable: &str| value(variable).is_some_and(|v| v == "1");
        let pieces = match &self.one {
            Some((variable, pieces)) if is_one(variable) => pieces,
            _ => &self.other,
        };
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Variable(name) => value(name).unwrap_or_default(),
        };
        pieces.iter().map(text).collect()
    }

    /// The names of its variables.
    #[cfg(test)]
    pub(super) fn variables(&self) -> BTreeSet<&'static str> {
        let one = self.one.iter().flat_map(|(chooser, pieces)| {
            pieces.iter().chain([Piece::Variable(chooser)].iter()).copied().collect::<Vec<_>>()
        });
        let all = one.chain(self.other.iter().copied());
        all.filter_map(|p| if let Piece::Variable(name) = p { Some(name) } else { None }).collect()
    }
}

/// All messages of a file, in its order; or what is wrong with it.
pub(super) fn parse(file: &'static str) -> Result<Vec<(&'static str, Message)>, String> {
    let mut messages: Vec<(&str, Message)> = Vec::new();
    let mut lines = file.lines().peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, first) = line.split_once(" =").ok_or_else(|| format!("no message: {line}"))?;
        let good = key.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
        if !good || messages.iter().any(|(known, _)| *known == key) {
            return Err(format!("a key is malformed or stands twice: {key}"));
        }
        let mut text: Vec<&str> = Some(first.trim()).filter(|t| !t.is_empty()).into_iter().collect();
        while let Some(more) = lines.next_if(|l| l.starts_with(' ')) {
            text.push(more.trim());
        }
        let message = message(&text).ok_or_else(|| format!("cannot be read: {key}"))?;
        messages.push((key, message));
    }
    Ok(messages)
}

fn message(lines: &[&'static str]) -> Option<Message> {
    let chooser = lines.first().and_then(|l| l.strip_prefix("{ $")).and_then(|l| l.strip_suffix(" ->"));
    let (Some(variable), [_, forms @ .., "}"]) = (chooser, lines) else {
        let [line] = lines else { return None };
        return Some(Message { one: None, other: pieces(line)? });
    };
    let [one, other] = forms else { return None };
    let one = pieces(one.strip_prefix("[one] ")?)?;
    Some(Message { one: Some((variable, one)), other: pieces(other.strip_prefix("*[other] ")?)? })
}

fn pieces(text: &'static str) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, behind) = after.split_once('}')?;
        out.push(Piece::Text(before));
        out.push(Piece::Variable(inside.trim().strip_prefix('$')?));
        rest = behind;
    }
    if rest.contains('}') {
        return None;
    }
    out.push(Piece::Text(rest));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &'static str) -> Option<Message> {
        parse(text).ok().map(|mut all| all.remove(0).1)
    }

    #[test]
    fn variables_are_filled_in_and_numbers_choose_a_form() {
        let plain = one("# a comment\n\nhello = Hello, { $name }!").unwrap();
        assert_eq!(plain.fill(&[("name", &"<Ada>")]), "Hello, <Ada>!");
        let counted = one("m =\n    { $n ->\n        [one] a minute\n       *[other] { $n } minutes\n    }\n").unwrap();
        assert_eq!(counted.fill(&[("n", &1)]), "a minute");
        assert_eq!(counted.fill(&[("n", &21)]), "21 minutes");
        assert_eq!(counted.variables(), BTreeSet::from(["n"]));
        assert_eq!(one("a =\n    on a line of its own").unwrap().fill(&[]), "on a line of its own");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for bad in [
            "a",
            "A = b",
            "a = b\na = c",
            "a = {",
            "a = }",
            "a = { b }",
            "a =\n  b\n  c",
            "a =\n  { $n ->\n  [one] x\n  }",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
