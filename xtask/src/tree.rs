//! The files of the project, read once: what the rules of the house look at. A test plants its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Paths are relative to the root, with `/` between their parts.
#[derive(Debug, Default)]
pub struct Tree {
    texts: BTreeMap<String, String>,
    others: BTreeSet<String>,
}

/// Where the project lies on this machine.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root of the project").to_path_buf()
}

impl Tree {
    /// Every file under `root` that `.gitignore` does not name. It asks no git, so that it also works in an unpacked archive.
    ///
    /// # Errors
    /// If a folder or file cannot be read.
    pub fn read(root: &Path) -> io::Result<Self> {
        let ignored = Ignored::parse(&std::fs::read_to_string(root.join(".gitignore"))?);
        let mut tree = Self::default();
        tree.walk(root, "", &ignored)?;
        Ok(tree)
    }

    /// A tree of these texts.
    #[must_use]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { texts, others: BTreeSet::new() }
    }

    /// Files of text, with their path.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Files of text whose name ends so, with their path.
    pub fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| path.ends_with(end))
    }

    /// The text at this path.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Whether there is a file or a folder of this name.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let mut files = self.texts.keys().chain(&self.others);
        path.is_empty() || files.any(|file| file == path || file.starts_with(&folder))
    }

    fn walk(&mut self, folder: &Path, under: &str, ignored: &Ignored) -> io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name == ".git" || ignored.names(under, &name) {
                continue;
            }
            let path = if under.is_empty() { name } else { format!("{under}/{name}") };
            if entry.file_type()?.is_dir() {
                self.walk(&entry.path(), &path, ignored)?;
            } else {
                self.add(path, &entry.path())?;
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, at: &Path) -> io::Result<()> {
        match std::fs::read(at).map(String::from_utf8) {
            Ok(Ok(text)) => drop(self.texts.insert(path, text)),
            Ok(Err(_)) => drop(self.others.insert(path)),
            // An editor's file that came and went between the listing and the reading.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// As much of `.gitignore` as ours uses: `name`, `/name` at the root, `*end`.
struct Ignored {
    lines: Vec<String>,
}

impl Ignored {
    fn parse(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self { lines: lines.map(str::to_owned).collect() }
    }

    fn names(&self, under: &str, name: &str) -> bool {
        self.lines.iter().any(|line| match (line.strip_prefix('/'), line.strip_prefix('*')) {
            (Some(at_root), _) => under.is_empty() && at_root == name,
            (_, Some(end)) => name.ends_with(end),
            _ => line == name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Ignored, Tree};

    #[test]
    fn what_git_ignores_is_not_read() {
        let ignored = Ignored::parse("/target\nnode_modules\n*.snap.new\n# a word\n");
        assert!(ignored.names("", "target"));
        assert!(!ignored.names("docs", "target"));
        assert!(ignored.names("clients/js", "node_modules"));
        assert!(ignored.names("a", "b.snap.new"));
        assert!(!ignored.names("", "src"));
    }

    #[test]
    fn a_folder_exists_if_a_file_lies_in_it() {
        let tree = Tree::of(&[("docs/a.md", "")]);
        assert!(tree.has("docs") && tree.has("docs/") && tree.has("docs/a.md"));
        assert!(!tree.has("doc") && !tree.has("docs/a"));
    }

    #[test]
    fn the_project_itself_can_be_read() {
        let tree = Tree::read(&super::root()).unwrap();
        assert!(tree.text("Cargo.toml").is_some_and(|text| text.contains("[workspace]")));
        assert!(!tree.has("target") && !tree.has(".git"));
    }
}
