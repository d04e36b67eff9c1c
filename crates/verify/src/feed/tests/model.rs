//! Whatever happens, in whatever order: what was ever told stays known, and nobody is called fresh who lacks an entry that
//! a heartbeat vouched for.

use super::*;

#[derive(Debug, Clone)]
enum Happens {
    /// The server ends something; the follower hears of it or the network drops it.
    Ends {
        heard: bool,
    },
    /// A heartbeat over what the server has now, so much later.
    Beats {
        delay: u64,
    },
    /// One of the frames of before once more.
    Replays(prop::sample::Index),
    Snapshot {
        stale: bool,
    },
    BreaksOff,
    Waits(u64),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => prop::bool::weighted(0.9).prop_map(|heard| Happens::Ends { heard }),
        4 => prop_oneof![3 => Just(0_u64), 1 => 0..5000_u64].prop_map(|delay| Happens::Beats { delay }),
        1 => any::<prop::sample::Index>().prop_map(Happens::Replays),
        1 => any::<bool>().prop_map(|stale| Happens::Snapshot { stale }),
        1 => Just(Happens::BreaksOff),
        2 => (0..4000_u64).prop_map(Happens::Waits),
    ]
}

/// A server with its log, a network with its memory, and a follower.
struct World {
    scene: Scene,
    ended: u64,
    sent: Vec<String>,
    now: Duration,
    told: Vec<u64>,
    vouched: u64,
}

impl World {
    fn new() -> Self {
        let scene = Scene::following(0);
        Self { scene, ended: 0, sent: Vec::new(), now: secs(1), told: Vec::new(), vouched: 0 }
    }

    fn step(&mut self, happens: Happens) {
        let next = match happens {
            Happens::Ends { heard } => {
                self.ended += 1;
                let frame = entry(self.ended);
                self.sent.push(frame.clone());
                if !heard {
                    return;
                }
                self.told.push(self.ended);
                self.scene.hear(frame, self.now)
            }
            Happens::Beats { delay } => {
                let time = i64::try_from(self.now.as_millis()).unwrap();
                self.now += Duration::from_millis(delay + 1);
                let beat = Beat { iss: ISSUER.into(), feed_id: FEED.into(), seq: self.ended, node: "n".into(), time };
                let frame = self.scene.beat(&beat);
                self.sent.push(frame.clone());
                let before = self.scene.freshness.numbers(self.now).heartbeats;
                let next = self.scene.hear(frame, self.now);
                if self.scene.freshness.numbers(self.now).heartbeats > before {
                    self.vouched = self.ended;
                }
                next
            }
            Happens::Replays(which) if !self.sent.is_empty() => {
                let frame = which.get(&self.sent).clone();
                self.scene.hear(frame, self.now)
            }
            Happens::Snapshot { stale } => self.snapshot(stale),
            Happens::BreaksOff => self.scene.follower.closed(0),
            Happens::Waits(millis) => {
                self.now += Duration::from_millis(millis);
                self.scene.follower.tick(self.now, 0)
            }
            Happens::Replays(_) => return,
        };
        self.obey(next);
    }

    fn snapshot(&mut self, stale: bool) -> Next {
        let seq = if stale { self.ended / 2 } else { self.ended };
        self.told.extend(1..=seq);
        self.scene.follower.snapshot(&snapshot(seq, 1..=seq), 0)
    }

    /// The server answers a stream with everything behind the position.
    fn obey(&mut self, next: Next) {
        match next {
            Next::Read { .. } => {}
            Next::Snapshot { .. } => {
                let next = self.snapshot(false);
                self.obey(next);
            }
            Next::Stream { from, .. } => {
                self.scene.follower.opened(self.now);
                let backlog: String = (from.seq + 1..=self.ended).map(entry).collect();
                self.told.extend(from.seq + 1..=self.ended);
                let next = self.scene.hear(backlog, self.now);
                assert!(matches!(next, Next::Read { .. }), "an honest backlog is read");
            }
        }
    }
}

proptest! {
    #[test]
    fn what_was_told_stays_known_and_whoever_is_fresh_knows_all_that_was_vouched_for(story in prop::collection::vec(happens(), 1..60)) {
        let mut world = World::new();
        for happens in story {
            world.step(happens);
            prop_assert!(world.told.iter().all(|n| world.scene.knows(*n)));
            if world.scene.is_fresh(world.now) {
                prop_assert!((1..=world.vouched).all(|n| world.scene.knows(n)));
            }
        }
    }
}
