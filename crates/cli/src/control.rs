//! What operators ask: of the running server, over a socket in its data directory, or, if none runs, of the database.
//! The same code answers in both cases.

use doorward_core::Auth;

use crate::config::Config;
use crate::output::{self, Failure};
use crate::setup;

mod command;
mod socket;

pub(crate) use command::Command;
pub(crate) use socket::Socket;

/// Has it done, and shows the answer.
pub(crate) fn run(config: &Config, command: Command) -> Result<(), Failure> {
    if !config.data.is_dir() {
        let text = format!("there is no data directory {}: give one with --data or --config", config.data.display());
        return Err(Failure::new("data_directory", text));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::new("threads", e.to_string()))?;
    output::show(&runtime.block_on(answer(config, command))?);
    Ok(())
}

async fn answer(config: &Config, command: Command) -> Result<serde_json::Value, Failure> {
    match setup::lock_data(&config.data)? {
        None => socket::ask(&config.data, &command).await,
        Some(_lock) => {
            let auth: Auth = setup::open(config).await?;
            command.run(&auth).await
        }
    }
}
