//! One process at a time opens the embedded database.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

use crate::output::Failure;

/// Held as long as it lives; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

fn failed(data: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::new("data_directory", format!("the data directory {} {what}: {error}", data.display()))
}

/// The directory, for its owner alone. One that was there may be read by others, who still cannot read its files; but
/// whoever can write to it can put other files in their place.
pub(crate) fn make_directory(data: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.map_err(|e| failed(data, "cannot be made", &e))?;
    let mode = std::fs::metadata(data).map_err(|e| failed(data, "cannot be read", &e))?.permissions().mode();
    if mode & 0o022 != 0 {
        let shown = data.display();
        let text =
            format!("others can write to the data directory {shown} (mode {:o}): chmod 700 {shown}", mode & 0o777);
        return Err(Failure::new("data_directory", text));
    }
    Ok(())
}

/// `None` if another process has it.
pub(crate) fn take(data: &Path) -> Result<Option<Lock>, Failure> {
    let open = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(data.join("lock"));
    let file = open.map_err(|e| failed(data, "cannot be written to", &e))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(failed(data, "cannot be locked", &error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_free_when_it_goes() {
        let data = tempfile::tempdir().unwrap();
        let first = take(data.path()).unwrap();
        assert!(first.is_some());
        assert!(take(data.path()).unwrap().is_none());
        drop(first);
        assert!(take(data.path()).unwrap().is_some());
    }

    #[test]
    fn a_directory_that_others_write_to_is_refused() {
        let outer = tempfile::tempdir().unwrap();
        let data = outer.path().join("deep/data");
        make_directory(&data).unwrap();
        assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
        make_directory(&data).unwrap();
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o770)).unwrap();
        assert!(make_directory(&data).unwrap_err().message.contains("chmod 700"));
    }
}
