//! What must go on beside the requests: following the revocation log, removing what has had its time, and tending the keys.

use std::fmt::Display;
use std::time::Duration;

use doorward_core::Auth;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often the log and the version of the keys are read. Half of what "within a second" allows would be enough; this
/// leaves room for a slow store.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// Every so many rounds something is purged.
const PURGE_EVERY: u32 = 4;
/// Every so many rounds the commonest kind of password hash is looked for: some ten minutes.
const DECOY_EVERY: u32 = 2400;

/// Runs until it is dropped. One for each process.
pub async fn tend(auth: Auth) {
    // Side by side: a new RSA key takes a second, and for so long nobody may miss what others have ended.
    tokio::join!(follow(&auth), keys(&auth));
}

async fn follow(auth: &Auth) {
    let (mut rounds, mut health) = (rounds(), Health::of("the revocation log"));
    let mut round: u32 = 0;
    loop {
        health.tell(&tokio::select! {
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
            // And so when it was on another node.
            () = auth.log().stirred() => auth.read_log().await.map(|_| ()),
        });
    }
}

async fn keys(auth: &Auth) {
    let (mut rounds, mut health) = (rounds(), Health::of("the signing keys"));
    loop {
        rounds.tick().await;
        health.tell(&auth.tend_keys().await);
    }
}

fn rounds() -> Interval {
    let mut rounds = interval(FOLLOW_EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    rounds
}

/// One line when it begins to fail and one when it is over; a store that is down for an hour is no reason for 14,400.
struct Health {
    of: &'static str,
    failing: bool,
}

impl Health {
    fn of(of: &'static str) -> Self {
        Self { of, failing: false }
    }

    fn tell(&mut self, outcome: &Result<(), impl Display>) {
        match outcome {
            Err(error) if !self.failing => {
                tracing::error!(event = "tending_failed", of = self.of, %error, "it is tried again and again");
            }
            Ok(()) if self.failing => tracing::info!(event = "tending_recovered", of = self.of, "it goes on"),
            _ => {}
        }
        self.failing = outcome.is_err();
    }
}
