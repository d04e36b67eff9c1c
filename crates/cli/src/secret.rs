//! The root secrets' files: in each, lines of 64 hexadecimal digits, the newest first; readable by their owner only.
//!
//! A whole list in one file lets a new secret come in front with one renaming, which happens or does not.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use doorward_core::rng::{self, SystemRng};
use doorward_core::root::{KeyIdent, LENGTH, RootError, RootSecrets};
use rustix::fs::{Gid, Uid, fchown};
use zeroize::Zeroizing;

use crate::config::Config;
use crate::output::Failure;

type Secret = Zeroizing<[u8; LENGTH]>;

/// Where the root secrets lie.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// Newest first; never empty.
    paths: Vec<PathBuf>,
    /// The one file in the data directory, which no setting names.
    own: bool,
    database: PathBuf,
}

/// What became of [`Files::take_out`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TakenOut {
    /// It stands in no file any more.
    Done,
    /// It stands alone in this file, and a file that the settings name cannot be empty.
    Alone(PathBuf),
}

impl Files {
    pub(crate) fn of(config: &Config) -> Self {
        Self::at(&config.secret_files, &config.data)
    }

    fn at(listed: &[PathBuf], data: &Path) -> Self {
        let own = listed.is_empty();
        let paths = if own { vec![data.join("root-secret")] } else { listed.to_vec() };
        Self { paths, own, database: data.join(crate::setup::DATABASE) }
    }

    /// Reads all of them. Where none is listed and there is no database yet, makes the first one.
    pub(crate) fn load(&self) -> Result<RootSecrets, Failure> {
        let first = &self.paths[0];
        if self.own && !first.exists() {
            if self.database.exists() {
                return Err(lost(first));
            }
            write(first, &[draw()?])?;
        }
        self.read()
    }

    /// Reads all of them, as they are at this moment.
    pub(crate) fn read(&self) -> Result<RootSecrets, Failure> {
        let lists: Vec<Vec<Secret>> = self.paths.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
        let unusable = |error: RootError| Failure::new("root_secret", error.to_string());
        RootSecrets::new(&lists.concat()).map_err(unusable)
    }

    /// Puts a new secret in front of all others.
    pub(crate) fn put_in_front(&self) -> Result<(), Failure> {
        let first = &self.paths[0];
        let mut list = read(first)?;
        list.insert(0, draw()?);
        write(first, &list)
    }

    /// Takes one out. Whoever is asked has made sure that it is not needed.
    pub(crate) fn take_out(&self, ident: KeyIdent) -> Result<TakenOut, Failure> {
        let Some(path) = self.holds(ident)? else { return Ok(TakenOut::Done) };
        let mut list = read(&path)?;
        list.retain(|secret| KeyIdent::of(secret) != ident);
        if list.is_empty() {
            return Ok(TakenOut::Alone(path));
        }
        write(&path, &list)?;
        Ok(TakenOut::Done)
    }

    /// In which file it stands.
    pub(crate) fn holds(&self, ident: KeyIdent) -> Result<Option<PathBuf>, Failure> {
        for path in &self.paths {
            if read(path)?.iter().any(|secret| KeyIdent::of(secret) == ident) {
                return Ok(Some(path.clone()));
            }
        }
        Ok(None)
    }
}

/// A new one would make every signing key unreadable and sign everybody out.
fn lost(path: &Path) -> Failure {
    Failure::new(
        "root_secret",
        format!("the database is there, but its root secret {} is not: put it back from your backup", path.display()),
    )
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::new("root_secret", format!("the root secret {} cannot be used: {error}", path.display()))
}

fn read(path: &Path) -> Result<Vec<Secret>, Failure> {
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
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let list: Option<Vec<Secret>> = lines.map(parse).collect();
    list.filter(|list| !list.is_empty()).ok_or_else(|| {
        let text = format!("the root secret {} is not lines of 64 hexadecimal digits", path.display());
        Failure::new("root_secret", text)
    })
}

fn parse(text: &str) -> Option<Secret> {
    let mut secret = Zeroizing::new([0; LENGTH]);
    if text.len() != 2 * LENGTH || !text.bytes().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    for (n, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(secret)
}

fn draw() -> Result<Secret, Failure> {
    let drawn = rng::bytes::<LENGTH>(&SystemRng::new()).map_err(|e| Failure::new("root_secret", e.to_string()))?;
    Ok(Zeroizing::new(drawn))
}

/// Under its name only when it is whole: a process that is ended halfway leaves the old list, or none, and nothing that
/// looks like a secret and is not.
fn write(path: &Path, list: &[Secret]) -> Result<(), Failure> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let written = replace(path, Path::new(&draft), list);
    written.map_err(|error| {
        let shown = path.display();
        let text = format!(
            "the root secret {shown} cannot be written: {error}; only a file that Doorward may replace rotates"
        );
        Failure::new("root_secret", text)
    })
}

fn replace(path: &Path, draft: &Path, list: &[Secret]) -> io::Result<()> {
    // One that was left behind may be readable by others.
    match std::fs::remove_file(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    let digits = |secret: &Secret| secret.iter().map(|b| format!("{b:02x}")).collect::<String>() + "\n";
    let text: Zeroizing<String> = Zeroizing::new(list.iter().map(digits).collect());
    file.write_all(text.as_bytes())?;
    // An administrator's command must not take the file away from the user that the server runs as.
    if let Ok(old) = std::fs::metadata(path)
        && (old.uid(), old.gid()) != file.metadata().map(|new| (new.uid(), new.gid()))?
    {
        fchown(&file, Some(Uid::from_raw(old.uid())), Some(Gid::from_raw(old.gid())))?;
    }
    file.sync_all()?;
    std::fs::rename(draft, path)?;
    // The name must survive a power cut as surely as the database that depends on it.
    path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

#[cfg(test)]
mod tests;
