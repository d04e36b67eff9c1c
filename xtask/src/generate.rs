//! Files that are made from others. A generator is one line in [`GENERATORS`]; a test fails while a file is not what its
//! generator writes.

use std::fs;
use std::path::Path;

use crate::tree::{self, Tree};
use crate::{comparison, reference};

/// A file to be written: its path from the root of the project, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// From the root of the project.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// Something that makes files.
#[derive(Debug, Clone, Copy)]
pub struct Generator {
    /// What it is called when it fails.
    pub name: &'static str,
    /// Makes the texts from the project as it is.
    pub make: fn(&Tree) -> Result<Vec<Output>, String>,
}

/// All of them.
pub const GENERATORS: &[Generator] =
    &[Generator { name: "comparison", make: comparison::make }, Generator { name: "reference", make: reference::make }];

/// Writes what has changed; with `check` it only says what would.
///
/// # Errors
/// What a generator says, or which files are not what they should be.
pub fn run(check: bool) -> Result<(), String> {
    let root = tree::root();
    let tree = Tree::read(&root).map_err(|error| format!("the project cannot be read: {error}"))?;
    let stale = stale(&tree, GENERATORS)?;
    if check && !stale.is_empty() {
        let paths: Vec<&str> = stale.iter().map(|output| output.path.as_str()).collect();
        return Err(format!("not as generated: {}\nrun: cargo xtask generate", paths.join(", ")));
    }
    for output in stale {
        write(&root, &output).map_err(|error| format!("{}: {error}", output.path))?;
        println!("wrote {}", output.path);
    }
    Ok(())
}

/// What is not as its generator would write it.
///
/// # Errors
/// What a generator says.
pub fn stale(tree: &Tree, generators: &[Generator]) -> Result<Vec<Output>, String> {
    let mut stale = Vec::new();
    for generator in generators {
        let outputs = (generator.make)(tree).map_err(|error| format!("{}: {error}", generator.name))?;
        stale.extend(outputs.into_iter().filter(|output| tree.text(&output.path) != Some(&output.text)));
    }
    Ok(stale)
}

fn write(root: &Path, output: &Output) -> std::io::Result<()> {
    let path = root.join(&output.path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, &output.text)
}

#[cfg(test)]
mod tests {
    use super::{Generator, Output, stale, write};
    use crate::tree::Tree;

    const ONE: Generator = Generator {
        name: "one",
        make: |tree| {
            let text = tree.text("in").ok_or("no input")?.to_uppercase();
            Ok(vec![Output { path: "docs/out".to_owned(), text }])
        },
    };

    #[test]
    fn a_file_that_is_not_as_generated_is_found() {
        let found = |files: &[(&str, &str)]| stale(&Tree::of(files), &[ONE]);
        assert_eq!(found(&[("in", "a"), ("docs/out", "A")]), Ok(vec![]));
        assert_eq!(found(&[("in", "a"), ("docs/out", "B")]).unwrap()[0].text, "A");
        assert_eq!(found(&[("in", "a")]).unwrap().len(), 1);
        assert_eq!(found(&[]), Err("one: no input".to_owned()));
    }

    #[test]
    fn folders_are_made_as_needed() {
        let root = tempfile::tempdir().unwrap();
        let output = Output { path: "docs/deep/out".to_owned(), text: "A".to_owned() };
        write(root.path(), &output).unwrap();
        assert_eq!(std::fs::read_to_string(root.path().join("docs/deep/out")).unwrap(), "A");
    }
}
