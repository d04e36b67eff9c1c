//! The root secret's files: 64 hexadecimal digits each, readable by their owner only.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use doorward_core::rng::{self, SystemRng};
use doorward_core::root::{LENGTH, RootError, RootSecrets};
use zeroize::Zeroizing;

use crate::output::Failure;

/// Reads all listed files, newest first. Where none is listed, the one in the data directory, made if it is not there.
pub(crate) fn load(listed: &[PathBuf], data: &Path) -> Result<RootSecrets, Failure> {
    let own = data.join("root-secret");
    let secrets = match listed {
        [] if own.exists() => vec![read(&own)?],
        [] if data.join(crate::setup::DATABASE).exists() => return Err(lost(&own)),
        [] => vec![make(&own)?],
        listed => listed.iter().map(|path| read(path)).collect::<Result<_, _>>()?,
    };
    let unusable = |error: RootError| Failure::new("root_secret", error.to_string());
    RootSecrets::new(&secrets).map_err(unusable)
}

/// A new one would make every signing key unreadable and sign everybody out.
fn lost(path: &Path) -> Failure {
    Failure::new(
        "root_secret",
        format!("the database is there, but its root secret {} is not: put it back from your backup", path.display()),
    )
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new("root_secret", format!("the root secret {} cannot be used: {error}", path.display()))
}

fn read(path: &Path) -> Result<Zeroizing<[u8; LENGTH]>, Failure> {
    let mut file = File::open(path).map_err(|e| failed(path, &e))?;
    let mode = file.metadata().map_err(|e| failed(path, &e))?.mode();
    if mode & 0o077 != 0 {
        let shown = path.display();
        let text =
            format!("the root secret {shown} can be read by others (mode {:o}): chmod 600 {shown}", mode & 0o777);
        return Err(Failure::new("root_secret", text));
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(|e| failed(path, &e))?;
    parse(text.trim()).ok_or_else(|| {
        Failure::new("root_secret", format!("the root secret {} is not 64 hexadecimal digits", path.display()))
    })
}

fn parse(text: &str) -> Option<Zeroizing<[u8; LENGTH]>> {
    let mut secret = Zeroizing::new([0; LENGTH]);
    if text.len() != 2 * LENGTH || !text.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    for (n, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(secret)
}

/// Under its name only when it is whole: a process that is ended halfway leaves nothing that looks like a secret.
fn make(path: &Path) -> Result<Zeroizing<[u8; LENGTH]>, Failure> {
    let secret = Zeroizing::new(
        rng::bytes::<LENGTH>(&SystemRng::new()).map_err(|e| Failure::new("root_secret", e.to_string()))?,
    );
    let text: Zeroizing<String> = Zeroizing::new(secret.iter().map(|b| format!("{b:02x}")).collect());
    let draft = path.with_extension("new");
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        writeln!(file, "{}", text.as_str())?;
        file.sync_all()?;
        std::fs::rename(&draft, path)?;
        // The name must survive a power cut as surely as the database that depends on it.
        path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    };
    write().map_err(|e| failed(path, &e))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_secret_is_made_once_for_its_owner_only_and_read_back() {
        let data = tempfile::tempdir().unwrap();
        let first = load(&[], data.path()).unwrap();
        let path = data.path().join("root-secret");
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(load(&[], data.path()).unwrap().newest(), first.newest());
        assert_eq!(load(&[path], data.path()).unwrap().newest(), first.newest());
    }

    #[test]
    fn a_secret_others_can_read_or_that_is_none_is_refused() {
        let data = tempfile::tempdir().unwrap();
        load(&[], data.path()).unwrap();
        let path = data.path().join("root-secret");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(load(&[], data.path()).unwrap_err().message.contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "abc", &"0".repeat(64), &"g".repeat(64), &"a1".repeat(33)] {
            std::fs::write(&path, text).unwrap();
            assert!(load(&[], data.path()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_lost_secret_is_not_replaced_beside_an_old_database() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join(crate::setup::DATABASE), b"").unwrap();
        assert!(load(&[], data.path()).unwrap_err().message.contains("backup"));
        assert!(!data.path().join("root-secret").exists());
    }
}
