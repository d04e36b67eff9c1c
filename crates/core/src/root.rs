//! The root secret: one list of 32 bytes each, from which everything else is derived.
//!
//! One makes new tokens, the newest that the database has been told of; every listed one still verifies. What is derived lives only in memory; signing keys, which
//! live in the database, are sealed under a derived key, so a copy of the database signs nothing.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac};
use doorward_verify::base64url;
use zeroize::Zeroizing;

use crate::id::SessionId;
use crate::limit::LimitKey;
use crate::records::{RootState, StoredKeys, StoredRoot};
use crate::rng::{self, Rng, RngError};

/// Length of a root secret in bytes.
pub const LENGTH: usize = 32;

/// Names a root secret without revealing it: the first 8 base64url characters of SHA-256 over `doorward key id` and the
/// secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyIdent([u8; 8]);

impl KeyIdent {
    /// The name of this secret.
    #[must_use]
    pub fn of(secret: &[u8; LENGTH]) -> Self {
        let digest = digest::digest(&digest::SHA256, &[b"doorward key id".as_slice(), secret].concat());
        Self::parse(&base64url::encode(digest.as_ref())[..8]).expect("base64url of a digest")
    }

    /// Reads the 8 characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 8] = text.as_bytes().try_into().ok()?;
        let clean = bytes.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
        clean.then_some(Self(bytes))
    }

    /// The 8 characters.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for KeyIdent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).expect("base64url characters only"))
    }
}

impl fmt::Debug for KeyIdent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyIdent({self})")
    }
}

/// Which refresh token of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Of which carrier.
    pub line: u32,
    /// The how-manieth, from 1.
    pub generation: u64,
}

/// A sealed value cannot be opened: made under another root secret, for another purpose, or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot be opened with any of the root secrets")]
pub struct CannotOpen;

/// The root secrets are unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// The list is empty.
    #[error("there is no root secret")]
    Empty,
    /// The same secret stands twice in the list.
    #[error("the same root secret is listed twice")]
    Twice,
    /// A placeholder, an example or a passphrase: whoever tries those first finds it.
    #[error("the root secret is a placeholder, not a random secret")]
    Placeholder,
}

/// All listed root secrets, newest first, as the keys derived from them. Cheap to clone.
#[derive(Clone)]
pub struct RootSecrets {
    derived: Vec<Arc<Derived>>,
    /// Which of them makes what is new.
    maker: usize,
}

struct Derived {
    ident: KeyIdent,
    refresh: hmac::Key,
    csrf: hmac::Key,
    log: hmac::Key,
    wrap: LessSafeKey,
    fingerprint: String,
}

impl fmt::Debug for RootSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.derived.iter().map(|d| d.ident)).finish()
    }
}

impl RootSecrets {
    /// Derives everything from the listed secrets, newest first.
    ///
    /// # Errors
    /// [`RootError`] for an empty list, a doubled secret or a placeholder.
    pub fn new(newest_first: &[Zeroizing<[u8; LENGTH]>]) -> Result<Self, RootError> {
        if newest_first.iter().any(|secret| is_guessable(secret)) {
            return Err(RootError::Placeholder);
        }
        let derived: Vec<_> = newest_first.iter().map(|secret| Arc::new(Derived::from(secret))).collect();
        let twice = derived.iter().enumerate().any(|(i, d)| derived[..i].iter().any(|e| e.ident == d.ident));
        match derived.is_empty() {
            true => Err(RootError::Empty),
            false if twice => Err(RootError::Twice),
            false => Ok(Self { derived, maker: 0 }),
        }
    }

    /// These secrets as the database wants them used: the one that it calls current makes what is new, and those that are
    /// distrusted are gone. A secret that was put first in the list and of which the database knows nothing only verifies,
    /// so that it can be handed to one node after the other. `None` if the current one is not listed.
    #[must_use]
    pub fn as_stored(&self, stored: &StoredKeys) -> Option<Self> {
        let distrusted = |d: &Arc<Derived>| {
            let same = |root: &StoredRoot| root.fingerprint == d.fingerprint && root.state == RootState::Distrusted;
            stored.roots.iter().any(same)
        };
        let derived: Vec<_> = self.derived.iter().filter(|d| !distrusted(d)).cloned().collect();
        let current = &stored.current_root()?.fingerprint;
        let maker = derived.iter().position(|d| d.fingerprint == *current)?;
        Some(Self { derived, maker })
    }

    fn maker(&self) -> &Derived {
        &self.derived[self.maker]
    }

    /// The name of the secret that makes new tokens.
    #[must_use]
    pub fn newest(&self) -> KeyIdent {
        self.maker().ident
    }

    /// Names of the listed secrets, newest first.
    #[must_use]
    pub fn idents(&self) -> Vec<KeyIdent> {
        self.derived.iter().map(|d| d.ident).collect()
    }

    /// Tells nodes with the same secrets apart from others, newest first; stored in the database, reveals nothing.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        self.derived.iter().map(|d| d.fingerprint.clone()).collect()
    }

    /// The fingerprint of the secret of that name, if it is listed.
    #[must_use]
    pub fn fingerprint_of(&self, ident: KeyIdent) -> Option<&str> {
        self.derived.iter().find(|d| d.ident == ident).map(|d| d.fingerprint.as_str())
    }

    /// The name of the secret with that fingerprint, if it is listed.
    #[must_use]
    pub fn ident_of(&self, fingerprint: &str) -> Option<KeyIdent> {
        self.derived.iter().find(|d| d.fingerprint == fingerprint).map(|d| d.ident)
    }

    /// The MAC of a refresh token, under the secret of that name; `None` if it is not listed (any more).
    #[must_use]
    pub fn refresh_mac(&self, key: KeyIdent, sid: &SessionId, turn: Turn, salt: &[u8; 16]) -> Option<[u8; 32]> {
        let derived = self.derived.iter().find(|d| d.ident == key)?;
        let (line, generation) = (turn.line.to_string(), turn.generation.to_string());
        Some(mac(&derived.refresh, &[b"refresh", sid.as_bytes(), line.as_bytes(), generation.as_bytes(), salt]))
    }

    /// The MAC half of a CSRF token, under the secret that makes new ones.
    #[must_use]
    pub fn csrf_mac(&self, sid: &SessionId, random: &[u8; 16]) -> [u8; 32] {
        mac(&self.maker().csrf, &[b"csrf", sid.as_bytes(), random])
    }

    /// Whether the MAC half of a CSRF token is right under any listed secret; constant time.
    #[must_use]
    pub fn csrf_holds(&self, sid: &SessionId, random: &[u8; 16], tag: &[u8]) -> bool {
        let input = lengths_in_front(&[b"csrf", sid.as_bytes(), random]);
        self.derived.iter().any(|d| hmac::verify(&d.csrf, &input, tag).is_ok())
    }

    /// The MAC half of a form token, under the newest secret: for a form that is shown before anybody is signed in.
    #[must_use]
    pub fn form_mac(&self, browser: &str, issued: &str) -> [u8; 32] {
        mac(&self.derived[0].csrf, &[b"form", browser.as_bytes(), issued.as_bytes()])
    }

    /// Whether the MAC half of a form token is right under any listed secret; constant time.
    #[must_use]
    pub fn form_holds(&self, browser: &str, issued: &str, tag: &[u8]) -> bool {
        let input = lengths_in_front(&[b"form", browser.as_bytes(), issued.as_bytes()]);
        self.derived.iter().any(|d| hmac::verify(&d.csrf, &input, tag).is_ok())
    }

    /// A keyed name for something personal in a log line (an identifier, an address): the same for the same value, not to
    /// be reversed without the root secret.
    #[must_use]
    pub fn log_name(&self, value: &str) -> String {
        base64url::encode(&mac(&self.maker().log, &[b"log", value.as_bytes()])[..9])
    }

    /// What a count of attempts is filed under: keyed, so that a copy of the store tells no address and no identifier.
    #[must_use]
    pub fn limit_key(&self, kind: &str, whom: &[&[u8]]) -> LimitKey {
        let parts: Vec<_> = [b"limit".as_slice(), kind.as_bytes()].into_iter().chain(whom.iter().copied()).collect();
        LimitKey::from_raw(*mac(&self.maker().log, &parts).first_chunk().expect("32 bytes have a first half"))
    }

    /// Encrypts under the secret that makes new things; `purpose` must be the same to open it.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn seal(&self, rng: &dyn Rng, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, RngError> {
        let nonce: [u8; NONCE_LEN] = rng::bytes(rng)?;
        let maker = self.maker();
        let mut sealed = plain.to_vec();
        maker
            .wrap
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut sealed)
            .map_err(|_| RngError)?;
        Ok([maker.ident.0.as_slice(), &nonce, &sealed].concat())
    }

    /// Opens what [`seal`](Self::seal) made, under whichever listed secret made it.
    ///
    /// # Errors
    /// [`CannotOpen`].
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        let (ident, rest) = sealed.split_at_checked(8).ok_or(CannotOpen)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(CannotOpen)?;
        let derived = self.derived.iter().find(|d| d.ident.0 == ident).ok_or(CannotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CannotOpen)?;
        let mut plain = Zeroizing::new(body.to_vec());
        let length =
            derived.wrap.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut plain).map_err(|_| CannotOpen)?.len();
        plain.truncate(length);
        Ok(plain)
    }
}

impl Derived {
    fn from(secret: &[u8; LENGTH]) -> Self {
        let key = |label| hmac::Key::new(hmac::HMAC_SHA256, &*expand(secret, label));
        Self {
            ident: KeyIdent::of(secret),
            refresh: key("refresh"),
            csrf: key("csrf"),
            log: key("log"),
            wrap: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*expand(secret, "wrap")).expect("a key of 32 bytes")),
            fingerprint: base64url::encode(&*expand(secret, "fingerprint")),
        }
    }
}

/// A pattern that repeats itself, bytes that count up or down, or text: one in 10¹³ random secrets looks like that.
fn is_guessable(secret: &[u8; LENGTH]) -> bool {
    let repeats = (1..=LENGTH / 2).any(|period| secret[period..].iter().eq(&secret[..LENGTH - period]));
    let counts = secret.windows(3).all(|w| w[1].wrapping_sub(w[0]) == w[2].wrapping_sub(w[1]));
    let is_text = secret.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    repeats || counts || is_text
}

/// HKDF-SHA-256 (RFC 5869) without salt; the label is the info.
fn expand(secret: &[u8; LENGTH], label: &str) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(secret)
        .expand(&[label.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut *out))
        .expect("32 bytes are within what HKDF gives");
    out
}

fn mac(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    hmac::sign(key, &lengths_in_front(parts)).as_ref().try_into().expect("HMAC-SHA-256 is 32 bytes")
}

/// Each part behind its length (32 bits, big-endian), so that no two lists of parts give the same bytes.
fn lengths_in_front(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|p| p.len() + 4).sum());
    for part in parts {
        out.extend_from_slice(&u32::try_from(part.len()).expect("parts are short").to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SeededRng;

    const SID: &str = "w2AAAAAAAAAAAAAAAAAAAA";
    const FIRST: Turn = Turn { line: 0, generation: 1 };

    fn secret(byte: u8) -> Zeroizing<[u8; 32]> {
        let mut secret = [byte; 32];
        secret[0] = 0xff;
        Zeroizing::new(secret)
    }

    #[test]
    fn derivation_and_mac_input_are_frozen() {
        let root = RootSecrets::new(&[secret(1)]).unwrap();
        assert_eq!(root.newest().to_string(), "TvTB79wf");
        let mac = root.refresh_mac(root.newest(), &SID.parse().unwrap(), FIRST, &[3; 16]).unwrap();
        assert_eq!(base64url::encode(&mac), "d_9VJOn-mf7d2eGke-JkFFH5oQLzkAbZc8veO5Zugpc");
        let csrf = root.csrf_mac(&SID.parse().unwrap(), &[4; 16]);
        assert_eq!(base64url::encode(&csrf), "oac99IUPJ5_wDvMwn2Ut4HoKTKPDKuEHkEHkKLlm4P4");
    }

    #[test]
    fn the_newest_makes_and_every_listed_one_verifies() {
        let old = RootSecrets::new(&[secret(1)]).unwrap();
        let both = RootSecrets::new(&[secret(2), secret(1)]).unwrap();
        let sid: SessionId = SID.parse().unwrap();
        let made = old.refresh_mac(old.newest(), &sid, FIRST, &[3; 16]);
        assert_eq!(both.refresh_mac(old.newest(), &sid, FIRST, &[3; 16]), made);
        assert_ne!(both.newest(), old.newest());
        assert!(both.csrf_holds(&sid, &[1; 16], &old.csrf_mac(&sid, &[1; 16])));
        assert!(!old.csrf_holds(&sid, &[1; 16], &both.csrf_mac(&sid, &[1; 16])));
        let sealed = old.seal(&SeededRng::new(1), "key", b"inside").unwrap();
        assert_eq!(both.open("key", &sealed).unwrap().as_slice(), b"inside");
    }

    #[test]
    fn the_database_says_which_secret_makes_new_things_and_which_count_for_nothing() {
        let listed = RootSecrets::new(&[secret(3), secret(2), secret(1)]).unwrap();
        let [three, two, one] = listed.fingerprints().try_into().unwrap();
        let row = |fingerprint: &str, state| StoredRoot {
            state,
            ..StoredRoot::current(fingerprint.to_owned(), doorward_verify::Timestamp::from_secs(0))
        };
        let used = |roots: Vec<StoredRoot>| listed.as_stored(&StoredKeys { roots, ..StoredKeys::default() });
        let unknown_in_front = used(vec![row(&two, RootState::Current)]).unwrap();
        assert_eq!(unknown_in_front.newest(), listed.idents()[1]);
        assert_eq!(unknown_in_front.idents(), listed.idents(), "every listed one verifies");
        let leaked = used(vec![row(&two, RootState::Distrusted), row(&three, RootState::Current)]).unwrap();
        assert_eq!(leaked.fingerprints(), [three.clone(), one]);
        assert_eq!(leaked.newest(), listed.idents()[0]);
        assert!(used(vec![row("another", RootState::Current)]).is_none());
        assert!(used(vec![row(&three, RootState::Former)]).is_none());
    }

    #[test]
    fn a_sealed_value_opens_only_whole_and_for_its_purpose() {
        let root = RootSecrets::new(&[secret(1)]).unwrap();
        let sealed = root.seal(&SeededRng::new(1), "key a", b"inside").unwrap();
        assert_eq!(root.open("key b", &sealed), Err(CannotOpen));
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(root.open("key a", &bent).is_err(), "byte {at}");
            assert!(root.open("key a", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn unusable_lists_are_refused() {
        assert_eq!(RootSecrets::new(&[]).unwrap_err(), RootError::Empty);
        assert_eq!(RootSecrets::new(&[secret(1), secret(1)]).unwrap_err(), RootError::Twice);
        assert_eq!(RootSecrets::new(&[Zeroizing::new([0; 32])]).unwrap_err(), RootError::Placeholder);
    }

    #[test]
    fn a_secret_that_anybody_would_try_first_is_refused_wherever_it_stands_in_the_list() {
        let guesses: [[u8; 32]; 7] = [
            [0xff; 32],
            std::array::from_fn(|n| n as u8),
            std::array::from_fn(|n| 255 - 3 * n as u8),
            std::array::from_fn(|n| [0xde, 0xad, 0xbe, 0xef][n % 4]),
            std::array::from_fn(|n| [1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef][n % 8]),
            *b"change-me-change-me-change-me-12",
            *b"correct horse battery staple 42\n",
        ];
        for guess in guesses {
            for list in [vec![Zeroizing::new(guess)], vec![secret(1), Zeroizing::new(guess)]] {
                assert_eq!(RootSecrets::new(&list).unwrap_err(), RootError::Placeholder, "{guess:?}");
            }
        }
        for n in 0..2000 {
            let drawn: [u8; 32] = rng::bytes(&SeededRng::new(n)).unwrap();
            assert!(!is_guessable(&drawn), "{drawn:?}");
        }
    }

    #[test]
    fn debug_shows_names_only() {
        let root = RootSecrets::new(&[secret(1)]).unwrap();
        assert_eq!(format!("{root:?}"), format!("[KeyIdent({})]", root.newest()));
    }
}
