//! Settings, from a TOML file and the environment. Every key stands once, in [`keys`], with its kind, default and meaning;
//! reading, the schema and the example all come from there. Faults are gathered, not thrown one by one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use doorward_core::password::Cost;
use doorward_core::policy::{Policy, SignUp};
use doorward_core::records::Mode;
use doorward_core::verify::Algorithm;
use tracing::level_filters::LevelFilter;

use crate::output::Failure;

mod build;
mod fault;
mod keys;
mod print;
mod read;
mod value;

pub(crate) use print::{example, schema};

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Auto,
    Json,
    Text,
}

/// Everything that is set.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) dev: bool,
    pub(crate) listen: SocketAddr,
    pub(crate) behind: Vec<String>,
    pub(crate) data: PathBuf,
    pub(crate) secret_files: Vec<PathBuf>,
    pub(crate) metrics: bool,
    pub(crate) own_host: bool,
    pub(crate) hash_threads: usize,
    pub(crate) cost: Cost,
    pub(crate) algorithm: Algorithm,
    pub(crate) log_level: LevelFilter,
    pub(crate) log_format: LogFormat,
    pub(crate) policy: Policy,
}

impl Config {
    /// Reads the file and the environment; `data` is the command line's wish.
    pub(crate) fn load(file: &Path, data: Option<PathBuf>) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|e| {
            Failure::new("configuration", format!("the configuration file {} cannot be read: {e}", file.display()))
        })?;
        Self::from_text(&file.display().to_string(), &text, &read::environment(), data)
    }

    fn from_text(file: &str, text: &str, environment: &[(String, String)], data: Option<PathBuf>) -> Result<Self, Failure> {
        let (values, mut faults) = read::read(file, text, environment);
        let config = build::config(&values, &mut faults, data);
        if faults.is_empty() { Ok(config) } else { Err(fault::all(&faults)) }
    }

    /// For this machine only: open sign-up, all modes, nothing to configure.
    pub(crate) fn for_development(
        file: Option<&Path>,
        data: Option<PathBuf>,
        listen: Option<SocketAddr>,
    ) -> Result<Self, Failure> {
        if file.is_some() {
            return Err(Failure::new("usage", "--dev takes no configuration file: it is for trying and developing"));
        }
        let data = data.unwrap_or_else(|| PathBuf::from("doorward-data"));
        let text = "[server]\npublic_url = \"http://127.0.0.1:8080\"\n";
        let mut config = Self::from_text("(built in)", text, &[], Some(data))?;
        config.dev = true;
        config.listen = listen.unwrap_or(config.listen);
        if !config.listen.ip().is_loopback() {
            let text = format!("--dev listens on this machine only (127.0.0.1 or [::1]), not on {}", config.listen);
            return Err(Failure::new("listen", text));
        }
        config.policy.sign_up = SignUp::Open;
        config.policy.clients[0].modes = Mode::ALL.to_vec();
        Ok(config)
    }

    /// Passwords never cross a network in the clear: beyond this machine somebody in front must speak TLS.
    pub(crate) fn check_listen(&self) -> Result<(), Failure> {
        if self.listen.ip().is_loopback() || !self.behind.is_empty() {
            return Ok(());
        }
        Err(Failure::new("listen", fault::beyond_loopback(self.listen)))
    }
}

#[cfg(test)]
mod tests;
