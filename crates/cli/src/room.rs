//! How many connections there is room for: each is an open file, and the system counts those.

use doorward_server::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;

/// Open files that are no connections: the database with a reader for each thread, the control socket, the log.
const OTHERS: usize = 64;

/// What is configured, as far as the system has room for it. Asks the system for all the room that it would give.
pub(crate) fn limits(config: &Config) -> Limits {
    let connections = fitting(config.connections, raise());
    if connections < config.connections {
        let (wanted, allowed) = (config.connections, connections);
        let text =
            "the system allows fewer open files than [server] connections; raise its limit (ulimit -n, LimitNOFILE=)";
        tracing::warn!(event = "few_open_files", wanted, allowed, "{text}");
    }
    // All that a proxy brings comes from its address.
    let behind = !config.proxies.networks.is_empty();
    let connections_per_address = if behind { connections } else { config.connections_per_address };
    Limits { connections, connections_per_address, ..Limits::default() }
}

fn fitting(wanted: usize, files: Option<u64>) -> usize {
    let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
    wanted.min(files.saturating_sub(OTHERS)).max(1)
}

/// Open files that the system allows after it was asked for the most; `None`: any number.
fn raise() -> Option<u64> {
    let now = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: now.maximum, maximum: now.maximum };
    // Who may not raise it keeps what there is.
    let _ = setrlimit(Resource::Nofile, raised);
    getrlimit(Resource::Nofile).current
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_the_open_files_that_are_allowed() {
        for (wanted, files, fits) in [
            (10_000, None, 10_000),
            (10_000, Some(20_000), 10_000),
            (10_000, Some(1_024), 960),
            (10_000, Some(10), 1),
            (20, Some(1_024), 20),
        ] {
            assert_eq!(fitting(wanted, files), fits, "{wanted} {files:?}");
        }
    }
}
