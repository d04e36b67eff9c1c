//! TLS as it is spoken here: version 1.3 or 1.2, HTTP/1.1 inside, and a certificate that can be exchanged while connections
//! go on.
//!
//! Who offers HTTP/2 only is refused in the handshake. What we answer is small and asked for one by one, so nothing would
//! be won by it; and a reader of its own for frames, header compression and streams would have to be bounded against floods
//! that HTTP/1.1 does not know (rapid reset, endless CONTINUATION). A proxy in front may speak it to browsers.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use doorward_core::Timestamp;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{NoServerSessionStorage, ParsedCertificate};
use rustls::{InconsistentKeys, ServerConfig};

use super::expiry;

/// A certificate, with whatever leads from it to a root, and the private key that belongs to it.
pub struct Pair {
    config: Arc<ServerConfig>,
    certificate: CertificateDer<'static>,
    expires: Timestamp,
}

/// Why two files are no such pair. No variant repeats what a file holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// There is none among the PEM blocks.
    #[error("the certificate file holds no certificate: a block that begins with -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// There is none that can be read among the PEM blocks.
    #[error("the key file holds no private key that can be read: an encrypted one must be decrypted first")]
    NoKey,
    /// The first certificate is none.
    #[error("the certificate cannot be read")]
    Certificate,
    /// The key is of a kind or a length that nobody should use.
    #[error("the private key cannot be used: RSA from 2048 bits, P-256, P-384, P-521 or Ed25519")]
    Key,
    /// They do not belong together.
    #[error("the private key is not that of the first certificate")]
    Mismatch,
    /// Something else that the library found.
    #[error("certificate and key cannot be used: {0}")]
    Other(String),
}

impl Pair {
    /// Reads both from PEM: the certificate first, then those that vouch for it.
    ///
    /// # Errors
    /// If they cannot be used together.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let chain = chain.map_err(|_| TlsError::Certificate)?;
        let certificate = chain.first().cloned().ok_or(TlsError::NoCertificate)?;
        let expires = expiry::of(&certificate).ok_or(TlsError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
            pem::Error::NoItemsFound => TlsError::NoKey,
            _ => TlsError::Key,
        })?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        provider.key_provider.load_private_key(key.clone_key()).map_err(|_| TlsError::Key)?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| TlsError::Other(error.to_string()))?
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let mut config = config.map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::Mismatch,
            rustls::Error::InvalidCertificate(_) => TlsError::Certificate,
            other => TlsError::Other(other.to_string()),
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Resumption by tickets alone: the server keeps nothing for each client. The keys of tickets change by themselves, and
        // with every exchange of the certificate.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer = aws_lc_rs::Ticketer::new().map_err(|error| TlsError::Other(error.to_string()))?;
        Ok(Self { config: Arc::new(config), certificate, expires })
    }

    /// The moment after which browsers refuse the certificate.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// Whether the certificate is for this host, a name or an address.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let (Ok(name), Ok(parsed)) = (ServerName::try_from(host), ParsedCertificate::try_from(&self.certificate))
        else {
            return false;
        };
        rustls::client::verify_server_name(&parsed, &name).is_ok()
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// The pair that new connections are greeted with. Cheap to clone; all clones exchange it together.
#[derive(Clone)]
pub struct Tls {
    current: Arc<ArcSwap<ServerConfig>>,
}

impl Tls {
    /// Begins with this pair.
    #[must_use]
    pub fn new(pair: Pair) -> Self {
        Self { current: Arc::new(ArcSwap::new(pair.config)) }
    }

    /// From the next connection on, this one. Those that are open stay as they are.
    pub fn replace(&self, pair: Pair) {
        self.current.store(pair.config);
    }

    pub(super) fn current(&self) -> Arc<ServerConfig> {
        self.current.load_full()
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn made(names: &[&str]) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let certificate = CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn fault(certificate: &str, key: &str) -> TlsError {
        Pair::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_pair_is_a_certificate_and_its_own_key() {
        let (certificate, key) = made(&["door.example"]);
        let (_, other) = made(&["door.example"]);
        assert!(Pair::from_pem(certificate.as_bytes(), key.as_bytes()).is_ok());
        let with_words =
            format!("Bag Attributes\n  friendlyName: door\n{certificate}\n# and its issuer\n{certificate}");
        assert!(Pair::from_pem(with_words.as_bytes(), key.as_bytes()).is_ok());
        assert_eq!(fault(&certificate, &other), TlsError::Mismatch);
        assert_eq!(fault(&key, &key), TlsError::NoCertificate);
        assert_eq!(fault(&certificate, &certificate), TlsError::NoKey);
        assert_eq!(fault("", ""), TlsError::NoCertificate);
        assert_eq!(fault(&certificate, ""), TlsError::NoKey);
        assert_eq!(fault(&certificate, &key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")), TlsError::NoKey);
        assert_eq!(fault(&certificate[..certificate.len() / 2], &key), TlsError::Certificate);
        assert_eq!(fault(&certificate, &key[..key.len() / 2]), TlsError::Key);
        let empty = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert_eq!(fault(empty, &key), TlsError::Certificate);
        let bent = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
        assert_eq!(fault(&certificate, bent), TlsError::Key);
    }

    #[test]
    fn a_pair_knows_which_hosts_it_is_for() {
        let (certificate, key) = made(&["door.example", "*.apps.example", "192.0.2.7"]);
        let pair = Pair::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        for host in ["door.example", "one.apps.example", "192.0.2.7"] {
            assert!(pair.is_for(host), "{host}");
        }
        for host in ["evil.example", "a.b.apps.example", "192.0.2.8", "[::1]", "", "not a host"] {
            assert!(!pair.is_for(host), "{host}");
        }
    }

    #[test]
    fn nothing_of_a_key_is_written_down() {
        let (certificate, key) = made(&["door.example"]);
        let pair = Pair::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let shown = format!("{pair:?} {:?}", Tls::new(Pair::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap()));
        assert!(shown.starts_with("Pair { expires: ") && shown.ends_with(".. } Tls") && shown.len() < 90, "{shown}");
    }
}
