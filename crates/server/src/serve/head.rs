//! Reads along with the HTTP library and refuses what another reader of the same bytes could take for something else
//! (request smuggling): a proxy in front and this server must see the same requests in them.
//!
//! RFC 9112 lets a server repair some of it (sections 2.2, 5.2, 6.3); every repair is a guess that somebody else may make
//! differently.

use memchr::memchr;

/// A head longer than this is refused by the HTTP library; what cannot grow further need not be remembered.
const LONGEST: usize = super::HEAD_BYTES;

/// The bytes up to here may pass, the one here must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadAt(pub(super) usize);

/// How far one connection was read.
#[derive(Debug, Default)]
pub(super) struct Scan {
    place: Place,
    head: Head,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// Before a request line, or within a head.
    #[default]
    Head,
    /// Within a body of which so many bytes are to come.
    Body(u64),
    /// Within a body in chunks, or past it: the connection ends with this answer, so nothing after it is a request.
    Last,
}

/// What matters of the head that is being read.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    has_request_line: bool,
    needs_host: bool,
    hosts: u8,
    length: Option<u64>,
    chunked: bool,
}

impl Scan {
    /// Looks at the next bytes of the connection.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), BadAt> {
        let mut at = 0;
        while at < bytes.len() {
            match self.place {
                Place::Last => break,
                Place::Body(left) => {
                    let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at);
                    at += taken;
                    let left = left - taken as u64;
                    self.place = if left == 0 { Place::Head } else { Place::Body(left) };
                }
                Place::Head => match memchr(b'\n', &bytes[at..]) {
                    Some(length) => {
                        self.end_line(&bytes[at..at + length]).map_err(|Refused| BadAt(at + length))?;
                        at += length + 1;
                    }
                    None => {
                        self.keep(&bytes[at..]);
                        break;
                    }
                },
            }
        }
        Ok(())
    }

    /// Whether the connection must end with the answer to what was read last.
    pub(super) fn is_last(&self) -> bool {
        self.place == Place::Last
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.begun.len());
        self.begun.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end_line(&mut self, rest: &[u8]) -> Result<(), Refused> {
        if self.begun.is_empty() {
            return self.line(rest);
        }
        self.keep(rest);
        let line = std::mem::take(&mut self.begun);
        self.line(&line)
    }

    /// One line, with its carriage return and without its line feed.
    fn line(&mut self, line: &[u8]) -> Result<(), Refused> {
        let line = line.strip_suffix(b"\r").ok_or(Refused)?;
        match line {
            // RFC 9112 section 2.2: empty lines in front of a request are passed over.
            [] if !self.head.has_request_line => Ok(()),
            [] => self.end_head(),
            _ if !self.head.has_request_line => {
                self.head = Head { has_request_line: true, needs_host: line.ends_with(b"HTTP/1.1"), ..Head::default() };
                Ok(())
            }
            _ => self.head.field(line),
        }
    }

    fn end_head(&mut self) -> Result<(), Refused> {
        let head = std::mem::take(&mut self.head);
        // RFC 9112 section 3.2: exactly one Host. Section 6.3: a length beside chunks is an attack or an accident.
        if (head.needs_host && head.hosts == 0) || (head.chunked && head.length.is_some()) {
            return Err(Refused);
        }
        self.place = match head.length {
            _ if head.chunked => Place::Last,
            Some(length) if length > 0 => Place::Body(length),
            _ => Place::Head,
        };
        Ok(())
    }
}

struct Refused;

impl Head {
    fn field(&mut self, line: &[u8]) -> Result<(), Refused> {
        match line[0] | 0x20 {
            b'c' | b'h' | b't' => {}
            // A line folded onto the one before it (obs-fold).
            0x20 | 0x29 => return Err(Refused),
            _ => return Ok(()),
        }
        let Some(colon) = memchr(b':', line) else {
            return Err(Refused);
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = read_length(value).ok_or(Refused)?;
            if self.length.replace(length).is_some() {
                return Err(Refused);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if !value.eq_ignore_ascii_case(b"chunked") || std::mem::replace(&mut self.chunked, true) {
                return Err(Refused);
            }
        } else if name.eq_ignore_ascii_case(b"host") {
            self.hosts += 1;
            if self.hosts > 1 {
                return Err(Refused);
            }
        }
        Ok(())
    }
}

/// Digits only: no sign, no list, no blank within.
fn read_length(value: &[u8]) -> Option<u64> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(value).ok().filter(|_| digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str =
        "POST /v1/refresh HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\nx\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /// The same bytes in one piece, and cut in two at every place.
    fn read(bytes: &[u8]) -> Result<(), BadAt> {
        let whole = Scan::default().feed(bytes);
        for cut in 0..=bytes.len() {
            let mut scan = Scan::default();
            let first = scan.feed(&bytes[..cut]);
            let both = first.and_then(|()| scan.feed(&bytes[cut..]).map_err(|BadAt(at)| BadAt(at + cut)));
            assert_eq!(both, whole, "cut at {cut}");
        }
        whole
    }

    #[test]
    fn requests_one_after_the_other_pass_wherever_they_are_cut() {
        assert_eq!(read(GOOD.as_bytes()), Ok(()));
        assert_eq!(read(b"\r\n\r\nGET / HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\nhOST: a\r\nX: y\r\n\r\n"), Ok(()));
        assert_eq!(read(b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n0\n\nanything"), Ok(()));
    }

    #[test]
    fn what_two_readers_may_read_differently_is_refused_wherever_it_is_cut() {
        for lines in [
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
            "Content-Length: 3\r\nContent-Length: 3\r\n",
            "Content-Length: 3\r\nContent-Length: 4\r\n",
            "Content-Length: 3, 3\r\n",
            "Content-Length: +3\r\n",
            "Content-Length: 0x3\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length:\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "X: a\r\n b\r\n",
            "X: a\r\n\tb\r\n",
            "X: a\n",
            "Host: b\r\n",
        ] {
            let bytes = format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\nabc");
            assert!(read(bytes.as_bytes()).is_err(), "{lines:?}");
        }
        assert!(read(b"GET / HTTP/1.1\r\nX: y\r\n\r\n").is_err(), "no host");
        assert!(read(b"GET / HTTP/1.1\n").is_err(), "a bare line feed behind the request line");
        assert!(read(b"GET / HTTP/1.1\r\nHost: a\r\n\n").is_err(), "a bare line feed at the end of the head");
    }

    #[test]
    fn a_second_request_is_looked_at_like_the_first() {
        let second =
            format!("{GOOD}GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert!(read(second.as_bytes()).is_err());
    }

    #[test]
    fn only_a_body_in_chunks_is_the_last() {
        let mut scan = Scan::default();
        scan.feed(GOOD.as_bytes()).unwrap();
        assert!(!scan.is_last());
        scan.feed(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        assert!(scan.is_last());
    }

    #[test]
    fn a_line_without_end_does_not_grow_what_is_kept() {
        let mut scan = Scan::default();
        for _ in 0..100 {
            scan.feed(&[b'x'; 4096]).unwrap();
        }
        assert!(scan.begun.len() <= LONGEST);
    }

    proptest! {
        /// However the bytes of a connection are cut, what is refused is refused at the same byte.
        #[test]
        fn no_bytes_bring_it_down_wherever_they_are_cut(
            lines in proptest::collection::vec(prop_oneof![
                Just("GET / HTTP/1.1\r\n".to_owned()),
                Just("Host: a\r\n".to_owned()),
                Just("Content-Length: 3\r\n".to_owned()),
                Just("Transfer-Encoding: chunked\r\n".to_owned()),
                Just("\r\n".to_owned()),
                "[A-Za-z:, \\t\r\n0-9-]{0,20}",
            ], 0..12),
            wild: Vec<u8>,
            at: proptest::sample::Index,
        ) {
            for bytes in [lines.concat().into_bytes(), wild] {
                let whole = Scan::default().feed(&bytes);
                let cut = at.index(bytes.len() + 1);
                let mut scan = Scan::default();
                let first = scan.feed(&bytes[..cut]);
                let both = first.and_then(|()| scan.feed(&bytes[cut..]).map_err(|BadAt(at)| BadAt(at + cut)));
                prop_assert_eq!(both, whole);
                prop_assert!(scan.begun.len() <= LONGEST);
            }
        }
    }
}
