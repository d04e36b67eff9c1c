//! What the system says to a running server: stop (SIGTERM, SIGINT), stop now (the same again), read again (SIGHUP).

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::output::Failure;

/// How often the process was asked to stop. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Asked(watch::Receiver<u32>);

impl Asked {
    /// Listens from now on.
    pub(crate) fn listen(beside: &mut JoinSet<()>) -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|e| Failure::new("signals", e.to_string()));
        let (mut term, mut int) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
        let (tell, asked) = watch::channel(0);
        beside.spawn(async move {
            loop {
                tokio::select! {
                    _ = term.recv() => {}
                    _ = int.recv() => {}
                }
                tell.send_modify(|times| *times += 1);
            }
        });
        Ok(Self(asked))
    }

    /// Ready when it was asked so often.
    pub(crate) async fn times(&self, wanted: u32) {
        // Whoever tells is gone only when the process ends.
        let _ = self.0.clone().wait_for(|times| *times >= wanted).await;
    }
}

/// A service manager that says "read again" to a server without files to read must not end it.
pub(crate) fn outlive_hangups(beside: &mut JoinSet<()>) -> Result<(), Failure> {
    let mut hangups = signal(SignalKind::hangup()).map_err(|e| Failure::new("signals", e.to_string()))?;
    beside.spawn(async move {
        while hangups.recv().await.is_some() {
            tracing::info!(event = "nothing_to_reload", "there is no certificate to read again");
        }
    });
    Ok(())
}
