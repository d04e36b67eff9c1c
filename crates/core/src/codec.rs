//! The stored form of a session: one byte string, the same in every store.
//!
//! ```text
//! version (1) · mode · flags · sid 22 · account 16 · client · account version · created · last seen · auth time ·
//! idle · ends · device · host · salt 16 · lines · CRC-32 of all before
//! ```
//!
//! Numbers are LEB128 (times as milliseconds), texts have their length in front. A record that does not read back whole,
//! of this version, under its own sid, counts as absent: [`Corrupt`].

use std::time::Duration;

use doorward_verify::Timestamp;

use crate::id::{AccountId, SessionId};
use crate::records::{DataValue, Line, Mode, Session, SessionData, SessionState};
use crate::root::KeyIdent;
use crate::secret::Hashed;

/// The bytes are not a record of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored record cannot be read")]
pub struct Corrupt;

const VERSION: u8 = 1;

/// Writes a session.
#[must_use]
pub fn encode_session(session: &Session) -> Vec<u8> {
    let s = session;
    let mut out = Writer::with_capacity(224);
    out.byte(VERSION);
    out.byte(match s.mode {
        Mode::Session => 0,
        Mode::Token => 1,
        Mode::Hybrid => 2,
    });
    let state = match s.state {
        SessionState::Live => 0,
        SessionState::Reused => 2,
        SessionState::PushedOut => 4,
    };
    out.byte(u8::from(s.remember) | state);
    out.raw(s.sid.as_bytes());
    out.raw(&s.account.raw());
    out.text(s.client.as_str());
    out.number(s.version);
    for at in [s.created_at, s.last_seen_at, s.auth_time] {
        out.time(at);
    }
    out.number(u64::try_from(s.idle_timeout.as_millis()).unwrap_or(u64::MAX));
    out.time(s.ends_at);
    out.text(&s.device);
    out.text(&s.host);
    out.raw(&s.salt);
    out.number(s.lines.len() as u64);
    for line in &s.lines {
        write_line(&mut out, line);
    }
    out.sealed()
}

/// Reads a session that was filed under `sid`.
///
/// # Errors
/// [`Corrupt`].
pub fn decode_session(sid: &SessionId, bytes: &[u8]) -> Result<Session, Corrupt> {
    let mut r = Reader::checked(bytes)?;
    if r.byte()? != VERSION {
        return Err(Corrupt);
    }
    let mode = *[Mode::Session, Mode::Token, Mode::Hybrid].get(usize::from(r.byte()?)).ok_or(Corrupt)?;
    let flags = r.byte()?;
    let state = match flags & 6 {
        0 => SessionState::Live,
        2 => SessionState::Reused,
        4 => SessionState::PushedOut,
        _ => return Err(Corrupt),
    };
    if flags > 7 || r.array::<22>()? != *sid.as_bytes() {
        return Err(Corrupt);
    }
    let session = Session {
        sid: *sid,
        mode,
        remember: flags & 1 == 1,
        state,
        account: AccountId::from_raw(r.array()?),
        client: r.text()?.parse().map_err(|_| Corrupt)?,
        version: r.number()?,
        created_at: r.time()?,
        last_seen_at: r.time()?,
        auth_time: r.time()?,
        idle_timeout: Duration::from_millis(r.number()?),
        ends_at: r.time()?,
        device: r.text()?.to_owned(),
        host: r.text()?.to_owned(),
        salt: r.array()?,
        lines: read_lines(&mut r)?,
    };
    r.finished()?;
    if session.account.shard() == sid.shard() { Ok(session) } else { Err(Corrupt) }
}

fn write_line(out: &mut Writer, line: &Line) {
    out.number(line.number.into());
    match &line.secret {
        Some(hash) => {
            out.byte(1);
            out.raw(hash.digest());
        }
        None => out.byte(0),
    }
    out.number(line.generation);
    out.time(line.rotated_at);
    out.raw(line.key.as_bytes());
    out.time(line.access_until);
}

fn read_lines(r: &mut Reader<'_>) -> Result<Vec<Line>, Corrupt> {
    let count = r.number()?;
    if !(1..=64).contains(&count) {
        return Err(Corrupt);
    }
    (0..count).map(|_| read_line(r)).collect()
}

fn read_line(r: &mut Reader<'_>) -> Result<Line, Corrupt> {
    Ok(Line {
        number: r.number()?.try_into().map_err(|_| Corrupt)?,
        secret: match r.byte()? {
            0 => None,
            1 => Some(Hashed::from_digest(r.array()?)),
            _ => return Err(Corrupt),
        },
        generation: r.number()?,
        rotated_at: r.time()?,
        key: std::str::from_utf8(&r.array::<8>()?).ok().and_then(KeyIdent::parse).ok_or(Corrupt)?,
        access_until: r.time()?,
    })
}

/// Writes what applications keep in a session.
#[must_use]
pub fn encode_data(data: &SessionData) -> Vec<u8> {
    let mut out = Writer::with_capacity(64);
    out.byte(VERSION);
    out.number(data.changes);
    out.number(data.values.len() as u64);
    for (key, value) in &data.values {
        out.text(key);
        out.number(value.tag);
        out.text(&value.json);
    }
    out.sealed()
}

/// Reads it back.
///
/// # Errors
/// [`Corrupt`].
pub fn decode_data(bytes: &[u8]) -> Result<SessionData, Corrupt> {
    let mut r = Reader::checked(bytes)?;
    if r.byte()? != VERSION {
        return Err(Corrupt);
    }
    let changes = r.number()?;
    let mut data = SessionData { changes, ..SessionData::default() };
    for _ in 0..r.number()? {
        let key = r.text()?.to_owned();
        let value = DataValue { tag: r.number()?, json: r.text()?.to_owned() };
        data.values.insert(key, value);
    }
    r.finished()?;
    Ok(data)
}

struct Writer(Vec<u8>);

impl Writer {
    fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    fn time(&mut self, at: Timestamp) {
        self.number(u64::try_from(at.millis()).unwrap_or(0));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.raw(text.as_bytes());
    }

    fn sealed(mut self) -> Vec<u8> {
        let sum = crc32fast::hash(&self.0).to_be_bytes();
        self.raw(&sum);
        self.0
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn checked(bytes: &'a [u8]) -> Result<Self, Corrupt> {
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(Corrupt)?;
        if crc32fast::hash(body).to_be_bytes() == *sum { Ok(Self(body)) } else { Err(Corrupt) }
    }

    fn byte(&mut self) -> Result<u8, Corrupt> {
        let (first, rest) = self.0.split_first().ok_or(Corrupt)?;
        self.0 = rest;
        Ok(*first)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Corrupt> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or(Corrupt)?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<u64, Corrupt> {
        let mut n = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err(Corrupt)
    }

    fn time(&mut self) -> Result<Timestamp, Corrupt> {
        i64::try_from(self.number()?).map(Timestamp::from_millis).map_err(|_| Corrupt)
    }

    fn text(&mut self) -> Result<&'a str, Corrupt> {
        let length = usize::try_from(self.number()?).map_err(|_| Corrupt)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(Corrupt)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| Corrupt)
    }

    fn finished(&self) -> Result<(), Corrupt> {
        if self.0.is_empty() { Ok(()) } else { Err(Corrupt) }
    }
}

#[cfg(test)]
mod tests;
