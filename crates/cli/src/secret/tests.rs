//! Root secrets as files.

use super::*;
use std::os::unix::fs::PermissionsExt as _;

fn own(data: &Path) -> Files {
    Files::at(&[], data)
}

fn idents(files: &Files) -> Vec<KeyIdent> {
    files.read().unwrap().idents()
}

#[test]
fn a_secret_is_made_once_for_its_owner_only_and_read_back() {
    let data = tempfile::tempdir().unwrap();
    let first = own(data.path()).load().unwrap();
    let path = data.path().join("root-secret");
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(own(data.path()).load().unwrap().newest(), first.newest());
    assert_eq!(Files::at(&[path], data.path()).load().unwrap().newest(), first.newest());
}

#[test]
fn a_secret_others_can_read_or_that_is_none_is_refused() {
    let data = tempfile::tempdir().unwrap();
    own(data.path()).load().unwrap();
    let path = data.path().join("root-secret");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(own(data.path()).load().unwrap_err().message.contains("chmod 600"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let good = "5f3c".repeat(15) + "0d1e";
    let passphrase = "correct horse battery staple 42!".bytes().map(|b| format!("{b:02x}")).collect::<String>();
    let counting: String = (0..32).map(|n| format!("{n:02x}")).collect();
    for text in [
        "",
        "\n\n",
        "abc",
        &"0".repeat(64),
        &"g".repeat(64),
        &"a1".repeat(33),
        &passphrase,
        &counting,
        &format!("{good}\nabc"),
    ] {
        std::fs::write(&path, text).unwrap();
        assert!(own(data.path()).load().is_err(), "{text}");
    }
}

#[test]
fn a_lost_secret_is_not_replaced_beside_an_old_database() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join(crate::setup::DATABASE), b"").unwrap();
    assert!(own(data.path()).load().unwrap_err().message.contains("backup"));
    assert!(!data.path().join("root-secret").exists());
}

#[test]
fn a_new_one_comes_in_front_and_an_old_one_goes_and_the_file_stays_its_owners() {
    let data = tempfile::tempdir().unwrap();
    let files = own(data.path());
    let first = files.load().unwrap().newest();
    let path = data.path().join("root-secret");
    // A draft that a killed process left, for everybody to read.
    let draft = data.path().join("root-secret.new");
    std::fs::write(&draft, "half").unwrap();
    std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o644)).unwrap();
    files.put_in_front().unwrap();
    let [second, kept] = idents(&files).try_into().unwrap();
    assert_eq!(kept, first);
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert!(!draft.exists());
    assert_eq!(files.take_out(first).unwrap(), TakenOut::Done);
    assert_eq!(idents(&files), [second]);
    assert_eq!(files.take_out(first).unwrap(), TakenOut::Done, "twice is once");
}

#[test]
fn several_files_are_one_list_and_none_of_them_is_emptied() {
    let data = tempfile::tempdir().unwrap();
    let place = |name: &str| {
        let directory = data.path().join(name);
        std::fs::create_dir(&directory).unwrap();
        let files = own(&directory);
        files.load().unwrap();
        directory.join("root-secret")
    };
    let (new, old) = (place("new"), place("old"));
    let files = Files::at(&[new.clone(), old.clone()], data.path());
    let [a, b] = idents(&files).try_into().unwrap();
    files.put_in_front().unwrap();
    assert_eq!(&idents(&files)[1..], [a, b]);
    assert_eq!((files.holds(a).unwrap(), files.holds(b).unwrap()), (Some(new), Some(old.clone())));
    assert_eq!(files.take_out(b).unwrap(), TakenOut::Alone(old));
    assert_eq!(idents(&files).len(), 3, "it is still there");
}

#[test]
fn a_place_that_cannot_be_written_to_keeps_what_it_has() {
    let data = tempfile::tempdir().unwrap();
    let files = own(data.path());
    let first = files.load().unwrap().newest();
    // A directory in the place of the draft cannot be replaced, not even by the administrator.
    std::fs::create_dir_all(data.path().join("root-secret.new/x")).unwrap();
    assert!(files.put_in_front().unwrap_err().message.contains("cannot be written"));
    assert_eq!(idents(&files), [first]);
}
