//! Certificate and key from their files, at the start and again whenever they change.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use doorward_server::Status;
use doorward_server::serve::{Pair, Tls};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::MissedTickBehavior;
use zeroize::Zeroizing;

use crate::config::{Config, TlsFiles};
use crate::output::Failure;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(2);
/// A certificate with less left is told of at every start and every change.
const SOON: Duration = Duration::from_secs(7 * 86_400);
/// More than any chain of certificates.
const LARGEST: u64 = 1024 * 1024;

/// Whether the pair that is configured, if one is, can be used.
pub(crate) fn check(config: &Config) -> Result<(), Failure> {
    config.tls.as_ref().map_or(Ok(()), |files| read(files).map(drop))
}

/// Reads the pair, and says what is unwise about it.
fn load(config: &Config, files: &TlsFiles) -> Result<Pair, Failure> {
    let pair = read(files)?;
    let host = config.policy.issuer.trim_start_matches("https://");
    let host = host.rsplit_once(':').map_or(host, |(name, port)| if port.contains(']') { host } else { name });
    if config.proxies.networks.is_empty() && !pair.is_for(host) {
        tracing::warn!(event = "tls_other_host", "the certificate is not for the host of [server] public_url");
    }
    warn_of_expiry(&pair);
    Ok(pair)
}

fn failed(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::new("tls", format!("{}: {why}", path.display()))
}

fn read(TlsFiles { cert, key, .. }: &TlsFiles) -> Result<Pair, Failure> {
    let (certificates, _) = open(cert)?;
    let (private, about) = open(key)?;
    // A group may read it: that is how programs share one certificate.
    if about.mode() & 0o007 != 0 {
        let text = format!(
            "everybody can read this private key (mode {:o}): chmod 640 {}",
            about.mode() & 0o777,
            key.display()
        );
        return Err(failed(key, text));
    }
    Pair::from_pem(&certificates, &private).map_err(|fault| {
        Failure::new("tls", format!("{fault} ([tls] cert = {}, key = {})", cert.display(), key.display()))
    })
}

fn open(path: &Path) -> Result<(Zeroizing<Vec<u8>>, Metadata), Failure> {
    let cannot = |error| failed(path, format!("cannot be read: {error}"));
    let file = File::open(path).map_err(cannot)?;
    let about = file.metadata().map_err(cannot)?;
    let mut held = Zeroizing::new(Vec::new());
    file.take(LARGEST).read_to_end(&mut held).map_err(cannot)?;
    Ok((held, about))
}

#[expect(clippy::disallowed_methods, reason = "for a line in the log; nothing is decided by it")]
fn warn_of_expiry(pair: &Pair) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let left = pair.expires().as_secs() - i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let expires = doorward_server::rfc3339(pair.expires());
    if left <= 0 {
        tracing::error!(event = "tls_certificate_expired", %expires, "browsers refuse the certificate");
    } else if left < SOON.as_secs().cast_signed() {
        tracing::warn!(event = "tls_certificate_expires_soon", %expires, "the certificate must be renewed");
    }
}

/// What a file looks like from outside. A link counts as what it leads to, so that exchanging the link is a change.
type Look = Option<(u64, u64, i64, i64, u64)>;

fn look(path: &PathBuf) -> Look {
    let about = std::fs::metadata(path).ok()?;
    Some((about.dev(), about.ino(), about.mtime(), about.mtime_nsec(), about.len()))
}

/// Whether to read the files. Two are exchanged one after the other: what has only just changed may be half of it.
fn is_time<T: PartialEq>(loaded: &T, before: &T, now: &T, asked: bool) -> bool {
    asked || (now != loaded && now == before)
}

/// Reads the files again when they have changed, or when asked (SIGHUP). A pair that cannot be used changes nothing.
pub(crate) struct Watch {
    files: TlsFiles,
    tls: Tls,
    status: Status,
    loaded: [Look; 2],
    asked: Signal,
}

impl Watch {
    /// Reads the pair that is configured, if one is, and knows from then on how its files looked.
    pub(crate) fn begin(config: &Config, status: &Status) -> Result<Option<(Self, Tls)>, Failure> {
        let Some(files) = config.tls.clone() else { return Ok(None) };
        // Looked at before they are read: else what changes meanwhile would never be read.
        let loaded = [look(&files.cert), look(&files.key)];
        let pair = load(config, &files)?;
        let asked = signal(SignalKind::hangup()).map_err(|e| Failure::new("signals", e.to_string()))?;
        status.certificate_expires(pair.expires());
        let tls = Tls::new(pair);
        Ok(Some((Self { files, tls: tls.clone(), status: status.clone(), loaded, asked }, tls)))
    }

    /// Until it is dropped.
    pub(crate) async fn run(mut self) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut before = self.loaded;
        loop {
            let asked = tokio::select! {
                _ = ticks.tick() => false,
                _ = self.asked.recv() => true,
            };
            let now = [look(&self.files.cert), look(&self.files.key)];
            if is_time(&self.loaded, &before, &now, asked) {
                self.exchange();
                self.loaded = now;
            }
            before = now;
        }
    }

    fn exchange(&self) {
        match read(&self.files) {
            Ok(pair) => {
                warn_of_expiry(&pair);
                let expires = doorward_server::rfc3339(pair.expires());
                tracing::info!(event = "tls_reloaded", %expires, "a new certificate is in use");
                self.status.certificate_expires(pair.expires());
                self.tls.replace(pair);
            }
            Err(failure) => {
                self.status.reload_failed();
                let why = failure.message;
                tracing::error!(event = "tls_reload_failed", why, "the certificate before it stays in use");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_again_when_they_have_changed_and_come_to_rest() {
        for (loaded, before, now, asked, wanted) in [
            (1, 1, 1, false, false),
            (1, 1, 2, false, false),
            (1, 2, 2, false, true),
            (1, 2, 3, false, false),
            (1, 2, 1, false, false),
            (1, 1, 1, true, true),
            (1, 1, 2, true, true),
        ] {
            assert_eq!(is_time(&loaded, &before, &now, asked), wanted, "{loaded} {before} {now} {asked}");
        }
    }

    #[test]
    fn a_file_that_is_written_exchanged_or_gone_looks_different() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other, link) = (folder.path().join("one"), folder.path().join("other"), folder.path().join("link"));
        std::fs::write(&one, "a").unwrap();
        std::fs::write(&other, "a").unwrap();
        std::os::unix::fs::symlink(&one, &link).unwrap();
        let first = look(&link);
        assert_eq!(look(&link), first);
        std::fs::write(&one, "longer").unwrap();
        let second = look(&link);
        assert_ne!(second, first);
        std::fs::remove_file(&link).unwrap();
        assert_eq!(look(&link), None);
        std::os::unix::fs::symlink(&other, &link).unwrap();
        assert!(![None, first, second].contains(&look(&link)));
    }
}
