//! What is told, and from where on.

use std::sync::atomic::AtomicUsize;

use doorward_verify::Ended;

use super::*;
use crate::store::contract::{NOW, wait};

fn row(seq: u64, until: i64) -> LogRow {
    let entry = Entry { what: Ended::Session { sid: format!("session{seq}") }, until };
    LogRow { seq, at: NOW, entry, settled: true }
}

fn far(seq: u64) -> LogRow {
    row(seq, NOW.as_secs() + 420)
}

fn feed(rows: impl IntoIterator<Item = LogRow>) -> Feed {
    let feed = Feed::default();
    feed.begin("log");
    for row in rows {
        feed.take_in(&row, NOW);
    }
    feed
}

#[test]
fn a_row_read_twice_is_told_once_and_what_has_had_its_time_is_not_in_the_snapshot() {
    let feed = feed([far(1), far(2), row(3, NOW.as_secs() - 1), far(2), far(4)]);
    let state = feed.lock();
    assert_eq!((state.seq, state.window.len()), (4, 4));
    assert_eq!(state.living.keys().copied().collect::<Vec<_>>(), [1, 2, 4]);
    drop(state);
    feed.purge(NOW.plus(Duration::from_secs(421)));
    assert!(feed.lock().living.is_empty());
}

#[test]
fn what_stood_in_a_gap_is_never_told_as_if_nothing_were_missing() {
    let feed = feed([far(1), far(2), far(7), far(8)]);
    assert_eq!(feed.lock().window.len(), 2, "from the seventh on");
    feed.read_to(12, NOW, Duration::ZERO);
    let state = feed.lock();
    assert_eq!((state.seq, state.window.len()), (12, 0));
}

#[test]
fn the_window_is_bounded_and_the_snapshot_is_not() {
    let feed = feed((1..=WINDOW as u64 + 5).map(far));
    let state = feed.lock();
    assert_eq!((state.window.len(), state.living.len()), (WINDOW, WINDOW + 5));
    assert_eq!(state.window[0].what, far(6).entry.what);
}

#[test]
fn a_listener_hears_of_every_reading_until_it_is_gone() {
    struct Ear(AtomicUsize);
    impl Listener for Ear {
        fn log_read(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let feed = feed([]);
    let ear = Arc::new(Ear(AtomicUsize::new(0)));
    feed.listeners.lock().unwrap().push(Arc::downgrade(&(ear.clone() as Arc<dyn Listener>)));
    feed.read_to(0, NOW, Duration::ZERO);
    feed.read_to(0, NOW, Duration::ZERO);
    assert_eq!(ear.0.load(Ordering::Relaxed), 2);
    drop(ear);
    feed.read_to(0, NOW, Duration::ZERO);
    assert!(feed.listeners.lock().unwrap().is_empty());
}

#[test]
fn a_ring_is_heard_once_also_by_somebody_who_was_not_waiting_yet() {
    let bell = Arc::new(Bell::default());
    bell.ring();
    wait(bell.rung());
    let far = bell.clone();
    let ringing = std::thread::spawn(move || far.ring());
    wait(bell.rung());
    ringing.join().unwrap();
    assert!(!bell.rung.load(Ordering::Relaxed));
}
