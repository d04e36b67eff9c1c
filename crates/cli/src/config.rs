//! Settings, from a TOML file and the environment. Every key stands once, in [`keys`], with its kind, default and meaning;
//! reading, the schema and the example all come from there. Faults are gathered, not thrown one by one.

use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use doorward_core::password::Cost;
use doorward_core::policy::Policy;
use doorward_core::verify::Algorithm;
use doorward_server::brand::Brand;
use doorward_server::peer::Proxies;
use tracing::level_filters::LevelFilter;

use crate::output::Failure;

mod brand;
mod build;
mod fault;
mod keys;
mod print;
mod read;
mod together;
mod value;

pub(crate) use print::{example, schema};
pub(crate) use value::typed_span as span;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Auto,
    Json,
    Text,
}

/// What the command line says about settings; it wins over environment and file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    /// For this machine only: open sign-up, all modes, nothing that must be configured.
    pub(crate) dev: bool,
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) data: Option<PathBuf>,
}

/// Where certificate and key are, and where plain HTTP is heard beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) http_listen: Option<SocketAddr>,
}

/// Everything that is set.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) dev: bool,
    pub(crate) listen: SocketAddr,
    pub(crate) proxies: Proxies,
    pub(crate) hosts: Vec<String>,
    pub(crate) tls: Option<TlsFiles>,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    pub(crate) drain_pause: Duration,
    pub(crate) data: PathBuf,
    pub(crate) secret_files: Vec<PathBuf>,
    pub(crate) metrics: bool,
    pub(crate) cache: usize,
    pub(crate) own_host: bool,
    pub(crate) pages: bool,
    pub(crate) brand: Brand,
    pub(crate) hash_threads: usize,
    pub(crate) cost: Cost,
    pub(crate) algorithm: Algorithm,
    pub(crate) log_level: LevelFilter,
    pub(crate) log_format: LogFormat,
    pub(crate) policy: Policy,
    /// What may be so but should not.
    pub(crate) warnings: Vec<String>,
}

impl Config {
    /// Reads the file, if there is one, and the environment.
    pub(crate) fn load(file: Option<&Path>, wishes: Wishes) -> Result<Self, Failure> {
        let environment = read::environment();
        let Some(file) = file else {
            return Self::from_text("configuration", "", &environment, wishes);
        };
        let cannot =
            |e| Failure::new("configuration", format!("the configuration file {} cannot be read: {e}", file.display()));
        let text = std::fs::read_to_string(file).map_err(cannot)?;
        // It holds no secret, so others may read it; but who writes it decides where passwords go.
        if std::fs::metadata(file).map_err(cannot)?.mode() & 0o002 != 0 {
            let shown = file.display();
            let why = format!("everybody can change the configuration file {shown}: chmod 644 {shown}");
            return Err(Failure::new("configuration", why));
        }
        Self::from_text(&file.display().to_string(), &text, &environment, wishes)
    }

    fn from_text(file: &str, text: &str, environment: &[(String, String)], wishes: Wishes) -> Result<Self, Failure> {
        let (values, mut faults) = read::read(file, text, environment);
        let config = build::config(&values, &mut faults, wishes);
        if faults.is_empty() { Ok(config) } else { Err(fault::all(faults)) }
    }
}

#[cfg(test)]
mod tests;
