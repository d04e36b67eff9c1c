//! What must go on beside the requests: following the revocation log, and removing what has had its time.

use std::time::Duration;

use doorward_core::Auth;

/// How often the log is read. Half of what "within a second" allows would be enough; this leaves room for a slow store.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// Every so many rounds something is purged.
const PURGE_EVERY: u32 = 4;
/// Every so many rounds the commonest kind of password hash is looked for: some ten minutes.
const DECOY_EVERY: u32 = 2400;

/// Runs until it is dropped. One for each process.
pub async fn tend(auth: Auth) {
    let mut rounds = tokio::time::interval(FOLLOW_EVERY);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round: u32 = 0;
    let mut failing = false;
    loop {
        let outcome = tokio::select! {
            _ = rounds.tick() => {
                round = round.wrapping_add(1);
                match auth.follow().await {
                    Ok(_) if round.is_multiple_of(PURGE_EVERY) => auth.purge().await.map(|_| ()),
                    Ok(_) if round % DECOY_EVERY == 1 => auth.choose_decoy().await,
                    other => other.map(|_| ()),
                }
            }
            // Something has ended here: who follows hears of it now, and not with the next round.
            () = auth.log_moved() => auth.read_log().await.map(|_| ()),
        };
        // One line when it begins and one when it is over; a store that is down for an hour is no reason for 14,400.
        match &outcome {
            Err(error) if !failing => tracing::error!(event = "tending_failed", %error, "the log cannot be followed"),
            Ok(()) if failing => tracing::info!(event = "tending_recovered", "the log is followed again"),
            _ => {}
        }
        failing = outcome.is_err();
    }
}
