//! Passwords that an operator types or pipes in. Never from an argument: those are seen by everybody on the machine.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Stdin, Write as _};

use doorward_core::rng::SystemRng;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::output::{Failure, complain};

/// Bytes that are read; longer ones are refused later, by the rule for passwords.
const LONGEST: u64 = 4096;

/// One line of standard input if asked, else from the terminal, typed twice without being shown.
pub(crate) fn password(from_stdin: bool, min_length: usize) -> Result<Zeroizing<String>, Failure> {
    let stdin = std::io::stdin();
    if from_stdin {
        return line(&stdin);
    }
    if !stdin.is_terminal() {
        let text = "there is no terminal to ask for the password: use --password-stdin, or --no-password";
        return Err(Failure::usage(text));
    }
    complain(&format!("A password of at least {min_length} characters; it is not shown."));
    let quiet = Quiet::begin()?;
    let (first, second) = (quiet.ask("Password: ", &stdin)?, quiet.ask("Once more: ", &stdin)?);
    match first == second {
        true => Ok(first),
        false => Err(Failure::new("passwords_differ", "the two passwords are not the same; nothing was done")),
    }
}

/// A passphrase that nobody had to think up.
pub(crate) fn made_up(min_length: usize) -> Result<Zeroizing<String>, Failure> {
    let phrase = doorward_core::password::phrase(&SystemRng::new(), min_length);
    let phrase = phrase.map_err(|e| Failure::new("unavailable", e.to_string()))?;
    Ok(Zeroizing::new(phrase.expose().clone()))
}

/// What cannot be undone is done on a second word only: typed, or given with the command.
pub(crate) fn agreed(already: bool, question: &str) -> Result<(), Failure> {
    let stdin = std::io::stdin();
    if already {
        return Ok(());
    }
    if !stdin.is_terminal() {
        return Err(Failure::usage("there is no terminal to ask whether it is meant: add --yes"));
    }
    complain(&format!("{question} Type yes:"));
    match line(&stdin)?.trim() {
        "yes" => Ok(()),
        _ => Err(Failure::new("not_agreed", "nothing was done")),
    }
}

fn line(stdin: &Stdin) -> Result<Zeroizing<String>, Failure> {
    let failed = |why: String| Failure::new("unreadable_input", format!("the password cannot be read: {why}"));
    let mut line = Zeroizing::new(String::new());
    let read = stdin.lock().take(LONGEST).read_line(&mut line).map_err(|e| failed(e.to_string()))?;
    if read == 0 {
        return Err(failed("standard input is empty".into()));
    }
    if line.ends_with('\n') {
        line.pop();
        if line.ends_with('\r') {
            line.pop();
        }
    }
    Ok(line)
}

/// The terminal shows nothing of what is typed until this is dropped.
struct Quiet {
    before: Termios,
}

impl Quiet {
    fn begin() -> Result<Self, Failure> {
        let failed = |e| Failure::new("no_terminal", format!("the terminal cannot be kept from showing it: {e}"));
        let before = tcgetattr(std::io::stdin()).map_err(failed)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Now, &silent).map_err(failed)?;
        Ok(Self { before })
    }

    fn ask(&self, prompt: &str, stdin: &Stdin) -> Result<Zeroizing<String>, Failure> {
        let mut terminal = std::io::stderr().lock();
        let _ = terminal.write_all(prompt.as_bytes()).and_then(|()| terminal.flush());
        let typed = line(stdin);
        let _ = writeln!(terminal);
        typed
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.before);
    }
}
