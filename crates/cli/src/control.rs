//! What operators ask: of the running server, over a socket in its data directory, or, if none runs, of the database.
//! The same code answers in both cases.

use std::time::Duration;

use serde_json::Value;

use crate::config::Config;
use crate::output::Failure;
use crate::setup;

pub(crate) mod command;
mod socket;

pub(crate) use command::Command;
pub(crate) use socket::Socket;

/// Whoever holds the data directory may be about to open its socket, or about to end: it is asked again, so many times.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Has it done.
pub(crate) fn run(config: &Config, command: &Command) -> Result<Value, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Failure::new("threads", e.to_string()))?.block_on(answer(config, command))
}

async fn answer(config: &Config, command: &Command) -> Result<Value, Failure> {
    // Where nothing was configured, a wrong --data must not leave an empty database behind.
    if config.dev && !config.data.join(setup::DATABASE).exists() {
        let text = format!("there is no database in {}: say where with --data or --config", config.data.display());
        return Err(Failure::new("data_directory", text));
    }
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
    let text = format!("another process holds {} and does not answer on its control socket", config.data.display());
    Err(Failure::new("in_use", text))
}
