//! What is there is seen, what is not is named; nothing is installed here.

use std::path::Path;

use super::{Need, are_there, line, named, npm_folder, provide};
use crate::test::groups::Group;
use crate::test::place::Place;

const SHELL: Need = Need::Debian { package: "no-such-package", program: "sh" };
const NONE: Need = Need::Debian { package: "no-such-package", program: "no-such-program" };
const LEFT_PAD: Need = Need::Npm { package: "left-pad", version: "1.3.0" };

fn place(tools: &Path) -> Place {
    Place { root: "/".into(), target: "/target".into(), tools: tools.to_path_buf() }
}

#[test]
fn a_program_on_the_path_will_do() {
    let tools = tempfile::tempdir().unwrap();
    assert!(are_there(&place(tools.path()), &[SHELL]));
    assert!(!are_there(&place(tools.path()), &[SHELL, NONE]));
}

#[test]
fn a_package_of_npm_counts_in_its_version_only() {
    let tools = tempfile::tempdir().unwrap();
    let place = place(tools.path());
    assert!(!are_there(&place, &[LEFT_PAD]));
    let folder = npm_folder(&place).join("node_modules/left-pad");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("package.json"), "{\"version\":\"1.2.0\"}").unwrap();
    assert!(!are_there(&place, &[LEFT_PAD]));
    std::fs::write(folder.join("package.json"), "{\"version\":\"1.3.0\"}").unwrap();
    assert!(are_there(&place, &[LEFT_PAD]));
}

#[test]
fn a_python_without_its_folder_has_no_packages() {
    let tools = tempfile::tempdir().unwrap();
    assert!(!are_there(&place(tools.path()), &[Need::PyPi { package: "pip", version: "1" }]));
}

#[test]
fn what_is_missing_is_one_line_and_what_is_there_is_nothing_to_do() {
    assert_eq!(line(&["nodejs", "npm"]), "sudo apt-get install --yes --no-install-recommends nodejs npm");
    assert_eq!(named(&[SHELL, LEFT_PAD]), " (needs no-such-package, left-pad)");
    assert_eq!(named(&[]), "");
    let tools = tempfile::tempdir().unwrap();
    let group = Group { name: "a", about: "b", needs: &[SHELL], run: |_| Ok(()) };
    assert_eq!(provide(&place(tools.path()), &[&group]), None);
}
