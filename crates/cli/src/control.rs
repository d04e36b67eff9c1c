//! What operators ask: of the running server, over a socket in its data directory, or, if none runs, of the database.
//! The same code answers in both cases.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::config::Config;
use crate::lock::Lock;
use crate::output::Failure;
use crate::setup::{self, Desk};

pub(crate) mod command;
mod socket;

pub(crate) use command::Command;
pub(crate) use socket::Socket;

/// Whoever holds the data directory may be about to open its socket, or about to end: it is asked again, so many times.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Who answers one command after the other.
pub(crate) enum Answerer {
    /// The database, which nobody else opens meanwhile.
    Here { desk: Box<Desk>, _lock: Lock },
    /// The server that holds it.
    There(PathBuf),
}

impl Answerer {
    pub(crate) async fn find(config: &Config) -> Result<Self, Failure> {
        needs_database(config)?;
        for _ in 0..TRIES {
            if let Some(lock) = setup::lock_data(&config.data)? {
                let desk = Box::new(setup::open(config).await?);
                return Ok(Self::Here { desk, _lock: lock });
            }
            if socket::is_heard(&config.data).await {
                return Ok(Self::There(config.data.clone()));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(in_use(config))
    }

    pub(crate) async fn ask(&self, command: &Command) -> Result<Value, Failure> {
        match self {
            Self::Here { desk, .. } => command.run(desk).await,
            Self::There(data) => socket::ask(data, command).await?.unwrap_or_else(|| {
                let text = "the server has ended; what was answered stands, and the same command goes on from there";
                Err(Failure::new("control_socket", text))
            }),
        }
    }
}

/// Has it done.
pub(crate) fn run(config: &Config, command: &Command) -> Result<Value, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Failure::new("threads", e.to_string()))?.block_on(answer(config, command))
}

async fn answer(config: &Config, command: &Command) -> Result<Value, Failure> {
    needs_database(config)?;
    for _ in 0..TRIES {
        if let Some(lock) = setup::lock_data(&config.data)? {
            let answer = command.run(&setup::open(config).await?).await;
            drop(lock);
            return answer;
        }
        if let Some(answer) = socket::ask(&config.data, command).await? {
            return answer;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(in_use(config))
}

/// Where nothing was configured, a wrong --data must not leave an empty database behind.
fn needs_database(config: &Config) -> Result<(), Failure> {
    if !config.dev || config.data.join(setup::DATABASE).exists() {
        return Ok(());
    }
    let text = format!("there is no database in {}: say where with --data or --config", config.data.display());
    Err(Failure::new("data_directory", text))
}

fn in_use(config: &Config) -> Failure {
    let text = format!("another process holds {} and does not answer on its control socket", config.data.display());
    Failure::new("in_use", text)
}
