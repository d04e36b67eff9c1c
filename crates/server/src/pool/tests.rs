//! The pool on real threads.

use super::*;
use doorward_core::password;
use doorward_core::rng::SeededRng;
use doorward_core::store::contract::{together, wait};

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

fn plain(text: &str) -> Plain<String> {
    Plain::new(text.to_owned())
}

fn typed(text: &str) -> Presented {
    password::presented(&plain(text)).unwrap()
}

fn pool(threads: usize, cost: Cost) -> Arc<HashPool> {
    HashPool::start(threads, cost, Arc::new(SeededRng::new(1))).unwrap()
}

/// Keeps every thread of the pool busy until it is let go.
struct Held {
    go: Arc<(Mutex<bool>, Condvar)>,
}

impl Held {
    fn hold(pool: &HashPool) -> Self {
        let go = Arc::new((Mutex::new(false), Condvar::new()));
        let begun = Arc::new(std::sync::Barrier::new(pool.threads.len() + 1));
        for _ in 0..pool.threads.len() {
            let (go, begun) = (go.clone(), begun.clone());
            let run = Box::new(move |_: &mut Worker| {
                begun.wait();
                let mut released = go.0.lock().unwrap();
                while !*released {
                    released = go.1.wait(released).unwrap();
                }
            });
            pool.shared.queue(Turn::Last, Job { run, is_wanted: Box::new(|| true) }).unwrap();
        }
        begun.wait();
        Self { go }
    }

    fn let_go(self) {
        *self.go.0.lock().unwrap() = true;
        self.go.1.notify_all();
    }
}

#[test]
fn what_the_pool_hashed_the_pool_verifies_from_many_threads() {
    let pool = pool(2, CHEAP);
    together(8, |n| {
        let phc = wait(pool.hash(plain(&format!("password {n}")))).unwrap();
        assert!(wait(pool.verify(typed(&format!("password {n}")), phc.clone())).unwrap());
        assert!(!wait(pool.verify(typed("another"), phc)).unwrap());
    });
}

#[test]
fn a_long_queue_turns_away_at_once_and_says_when_to_come_back() {
    let pool = pool(1, CHEAP);
    let held = Held::hold(&pool);
    let mut waiting = Vec::new();
    let refused = loop {
        let mut answer = pool.verify(typed("any"), password::decoy(&[], CHEAP));
        let polled =
            std::pin::Pin::new(&mut answer).poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        match polled {
            std::task::Poll::Ready(answer) => break answer,
            std::task::Poll::Pending => waiting.push(answer),
        }
    };
    let Err(HashError::Busy { retry_after }) = refused else { panic!("the queue is full: {refused:?}") };
    assert!(retry_after >= Duration::from_secs(2), "{retry_after:?}");
    assert!((20..=22).contains(&waiting.len()), "two seconds of 100 ms each: {}", waiting.len());
    held.let_go();
    for answer in waiting {
        assert!(!wait(answer).unwrap());
    }
}

#[test]
fn a_job_nobody_waits_for_any_more_is_not_done() {
    let pool = pool(1, CHEAP);
    let held = Held::hold(&pool);
    let done = Arc::new(Mutex::new(0));
    let counted = done.clone();
    let forgotten = pool.ask(Turn::Last, move |_| {
        *counted.lock().unwrap() += 1;
        Ok(())
    });
    drop(forgotten);
    held.let_go();
    wait(pool.hash(plain("behind it"))).unwrap();
    assert_eq!(*done.lock().unwrap(), 0);
}

#[test]
fn a_panic_in_a_job_loses_no_thread() {
    let pool = pool(1, CHEAP);
    let broken: Result<(), _> = wait(pool.ask(Turn::Last, |_| panic!("planted")));
    assert_eq!(broken, Err(HashError::Failed("the worker broke off".into())));
    assert!(wait(pool.hash(plain("after it"))).is_ok());
}

#[test]
fn without_randomness_nothing_is_hashed() {
    let rng = Arc::new(SeededRng::new(1));
    let pool = HashPool::start(1, CHEAP, rng.clone()).unwrap();
    rng.fail(true);
    assert!(matches!(wait(pool.hash(plain("any"))), Err(HashError::Rng(_))));
}

#[test]
fn somebody_who_is_known_goes_before_all_others_and_is_let_in_when_they_are_turned_away() {
    let pool = pool(1, CHEAP);
    let held = Held::hold(&pool);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut waiting = Vec::new();
    let ask = |turn| {
        let order = order.clone();
        let mut answer = pool.ask(turn, move |_| {
            order.lock().unwrap().push(turn);
            Ok(())
        });
        let cx = &mut std::task::Context::from_waker(std::task::Waker::noop());
        let turned_away = std::pin::Pin::new(&mut answer).poll(cx).is_ready();
        (answer, turned_away)
    };
    loop {
        let (answer, turned_away) = ask(Turn::Last);
        if turned_away {
            break;
        }
        waiting.push(answer);
    }
    let strangers = waiting.len();
    for _ in 0..3 {
        let (answer, turned_away) = ask(Turn::First);
        assert!(!turned_away);
        waiting.push(answer);
    }
    held.let_go();
    for answer in waiting {
        wait(answer).unwrap();
    }
    let order = order.lock().unwrap();
    assert_eq!(order.len(), strangers + 3);
    assert!(order[..3].iter().all(|turn| *turn == Turn::First));
}
