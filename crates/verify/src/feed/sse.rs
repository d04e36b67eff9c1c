//! Server-sent events out of bytes (HTML Living Standard, section 9.2.6), wherever these were cut on their way.
//!
//! Fields other than `event`, `id` and `data` are passed over. A line and an event have a largest size, so that nobody who
//! forgets to end one fills the memory.

/// Longest line, and most data of one event, in bytes. A signed heartbeat has well below one KiB.
pub const LONGEST: usize = 16 * 1024;

/// The stream is not to be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SseError {
    /// A line or an event is longer than [`LONGEST`].
    #[error("an event is too long")]
    TooLong,
    /// Not UTF-8.
    #[error("an event is not UTF-8")]
    NotText,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its name; `message` where none was said.
    pub name: String,
    /// Its id, if it has one of its own.
    pub id: Option<String>,
    /// Its data lines, joined by line feeds.
    pub data: String,
}

/// Reads events.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    name: String,
    id: Option<String>,
    data: String,
    has_data: bool,
    after_cr: bool,
    begun: bool,
}

impl Parser {
    /// Takes the next bytes, and hands out the events that end within them.
    ///
    /// # Errors
    /// [`SseError`]; what was handed out before stands, and the parser is of no further use.
    pub fn push(&mut self, bytes: &[u8], mut each: impl FnMut(Event)) -> Result<(), SseError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut rest = bytes;
        if std::mem::take(&mut self.after_cr) {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = rest.iter().position(|c| matches!(c, b'\n' | b'\r')) {
            self.take(&rest[..end])?;
            let is_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if is_cr {
                match rest.first() {
                    Some(b'\n') => rest = &rest[1..],
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
            if let Some(event) = self.end_line()? {
                each(event);
            }
        }
        self.take(rest)
    }

    fn take(&mut self, part: &[u8]) -> Result<(), SseError> {
        if self.line.len() + part.len() > LONGEST {
            return Err(SseError::TooLong);
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<Event>, SseError> {
        let line = std::mem::take(&mut self.line);
        let text = std::str::from_utf8(&line).map_err(|_| SseError::NotText)?;
        let at_the_start = !std::mem::replace(&mut self.begun, true);
        let text = text.strip_prefix('\u{feff}').filter(|_| at_the_start).unwrap_or(text);
        if text.is_empty() {
            return Ok(self.dispatch());
        }
        let (field, value) = text.split_once(':').unwrap_or((text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                if self.data.len() + value.len() >= LONGEST {
                    return Err(SseError::TooLong);
                }
                self.data.push_str(value);
                self.data.push('\n');
                self.has_data = true;
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            _ => {}
        }
        Ok(None)
    }

    /// An event without data is none.
    fn dispatch(&mut self) -> Option<Event> {
        let (name, id, mut data) = (std::mem::take(&mut self.name), self.id.take(), std::mem::take(&mut self.data));
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        data.pop();
        Some(Event { name: if name.is_empty() { "message".to_owned() } else { name }, id, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(chunks: &[&[u8]]) -> Result<Vec<Event>, SseError> {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for chunk in chunks {
            parser.push(chunk, |event| events.push(event))?;
        }
        Ok(events)
    }

    fn event(name: &str, id: Option<&str>, data: &str) -> Event {
        Event { name: name.into(), id: id.map(Into::into), data: data.into() }
    }

    #[test]
    fn fields_comments_and_unknown_names_are_read_as_the_standard_says() {
        let text = b"\xef\xbb\xbf: hello\nretry: 7\nevent: entry\nid: a:1\ndata: x\ndata:y\ndata\n\n\nevent: lost\n\ndata:  z\n\ndata: cut";
        let wanted = [event("entry", Some("a:1"), "x\ny\n"), event("message", None, " z")];
        assert_eq!(read(&[text]).unwrap(), wanted);
    }

    #[test]
    fn line_ends_of_all_three_kinds_are_one_end_each_also_when_cut_in_the_middle() {
        let wanted = [event("message", None, "a\nb"), event("message", None, "c")];
        for end in ["\n", "\r", "\r\n"] {
            let text = ["data: a", "data: b", "", "data: c", "", ""].join(end);
            for at in 0..text.len() {
                let (one, two) = text.as_bytes().split_at(at);
                assert_eq!(read(&[one, b"", two]).unwrap(), wanted, "{end:?} cut at {at}");
            }
        }
    }

    #[test]
    fn a_line_or_an_event_without_end_is_refused() {
        assert_eq!(read(&[&vec![b'a'; LONGEST + 1]]), Err(SseError::TooLong));
        let mut parser = Parser::default();
        let dripped = (0..=LONGEST).try_for_each(|_| parser.push(b"a", |_| {}));
        assert_eq!(dripped, Err(SseError::TooLong));
        let lines = b"data: 0123456789\n".repeat(LONGEST);
        assert_eq!(read(&[&lines]), Err(SseError::TooLong));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(read(&[b"data: \xff\n\n"]), Err(SseError::NotText));
    }

    proptest! {
        #[test]
        fn any_bytes_cut_anywhere_read_the_same_and_never_panic(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b' '), any::<u8>(), Just(b'd')], 0..200), at in any::<prop::sample::Index>()) {
            let (one, two) = bytes.split_at(at.index(bytes.len() + 1));
            prop_assert_eq!(read(&[&bytes]), read(&[one, two]));
        }
    }
}
