//! Where the groups run, and how they start programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tree;

/// The project on this machine.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its root.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
    /// Where packages of npm and PyPI are put, for this project alone.
    pub tools: PathBuf,
}

impl Place {
    /// Asks cargo.
    ///
    /// # Errors
    /// If cargo cannot say where it builds.
    pub fn find() -> Result<Self, String> {
        let root = tree::root();
        let mut ask = cargo_metadata::MetadataCommand::new();
        let metadata = ask.current_dir(&root).no_deps().exec().map_err(|error| format!("cargo metadata: {error}"))?;
        Ok(Self { tools: root.join(".xtask"), target: metadata.target_directory.into(), root })
    }

    /// The shipped binary; the group must build it first.
    #[must_use]
    pub fn binary(&self) -> PathBuf {
        self.target.join("release").join("doorward")
    }

    /// Runs cargo in the root of the project.
    ///
    /// # Errors
    /// One line, if it fails.
    pub fn cargo(&self, args: &[&str]) -> Result<(), String> {
        self.run("cargo", args)
    }

    /// The same with variables set for it.
    ///
    /// # Errors
    /// One line, if it fails.
    pub fn cargo_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Result<(), String> {
        self.finish(self.command("cargo", args).envs(variables.iter().copied()))
    }

    /// Runs a program in the root of the project; what it prints is seen.
    ///
    /// # Errors
    /// One line, if it cannot be started or fails.
    pub fn run(&self, program: impl AsRef<OsStr>, args: &[&str]) -> Result<(), String> {
        self.finish(&mut self.command(program, args))
    }

    /// The same with variables set for it.
    ///
    /// # Errors
    /// One line, if it cannot be started or fails.
    pub fn run_with(
        &self,
        variables: &[(&str, &OsStr)],
        program: impl AsRef<OsStr>,
        args: &[&str],
    ) -> Result<(), String> {
        self.finish(self.command(program, args).envs(variables.iter().copied()))
    }

    /// What a program prints, trimmed; `None` if it cannot be started or fails.
    pub fn ask(&self, program: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
        answer(&mut self.command(program, args))
    }

    /// What cargo prints, with variables set for it.
    pub fn ask_cargo_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Option<String> {
        answer(self.command("cargo", args).envs(variables.iter().copied()))
    }

    fn command(&self, program: impl AsRef<OsStr>, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).args(args);
        command
    }

    fn finish(&self, command: &mut Command) -> Result<(), String> {
        let line = shown(command, &self.root);
        println!("$ {line}");
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{line}`: {status}")),
            Err(error) => Err(format!("`{line}`: {error}")),
        }
    }
}

fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// As it would be typed in the root of the project.
fn shown(command: &Command, root: &Path) -> String {
    let here = |word: &OsStr| word.to_string_lossy().replace(&format!("{}/", root.display()), "");
    let variables = command.get_envs().filter_map(|(name, value)| Some(format!("{}=\"{}\"", here(name), here(value?))));
    let words = std::iter::once(command.get_program()).chain(command.get_args()).map(here);
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Place;

    fn place() -> Place {
        let root = PathBuf::from("/");
        Place { target: root.join("target"), tools: root.join("tools"), root }
    }

    #[test]
    fn a_program_that_fails_or_is_missing_is_one_line() {
        assert_eq!(place().run("true", &[]), Ok(()));
        assert_eq!(place().run("false", &["-x"]), Err("`false -x`: exit status: 1".to_owned()));
        assert!(place().run("no-such-program", &[]).unwrap_err().starts_with("`no-such-program`: "));
    }

    #[test]
    fn a_question_is_answered_or_not() {
        assert_eq!(place().ask("echo", &["a", "b"]), Some("a b".to_owned()));
        assert_eq!(place().ask("false", &[]), None);
        assert_eq!(place().ask("no-such-program", &[]), None);
    }

    #[test]
    fn cargo_says_where_it_builds() {
        let place = Place::find().unwrap();
        assert!(place.root.join("Cargo.toml").is_file());
        assert!(place.binary().starts_with(&place.target));
    }
}
