//! Where passwords are hashed: a few threads of low priority behind a queue that is never long. A storm of sign-ins makes
//! sign-ins wait, and beyond two seconds turns them away; it does not slow down the checks of those who are signed in.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use doorward_core::password::{Cost, HashAnswer, HashError, Hasher, Presented, Worker};
use doorward_core::rng::{self, Rng};
use doorward_core::secret::Plain;
use tokio::sync::oneshot;

/// Whoever would wait longer is turned away at once.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// More than any queue that keeps to [`LONGEST_WAIT`]: bounds what may pile up before the first job was measured.
const LONGEST_QUEUE: usize = 256;
/// What one hash is taken to cost before the first was measured.
const FIRST_GUESS: Duration = Duration::from_millis(100);
/// How far behind other threads of the process these come (`nice`).
const NICE: i32 = 10;

/// The pool. Dropping the last handle stops its threads.
pub struct HashPool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    cost: Cost,
    rng: Arc<dyn Rng>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    workers: usize,
}

struct State {
    /// Of people who are known: before all others.
    first: VecDeque<Job>,
    jobs: VecDeque<Job>,
    running: usize,
    each_takes: Duration,
    stopping: bool,
}

/// Whose turn it is next: whoever is known on the account does not wait behind those who guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    First,
    Last,
}

struct Job {
    run: Box<dyn FnOnce(&mut Worker) + Send>,
    /// Whether anybody still waits for it.
    is_wanted: Box<dyn Fn() -> bool + Send>,
}

impl fmt::Debug for HashPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HashPool({} threads)", self.threads.len())
    }
}

impl HashPool {
    /// One thread less than the machine has cores, but one at least.
    #[must_use]
    pub fn default_threads() -> usize {
        std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1).max(1))
    }

    /// Starts the threads.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn start(threads: usize, cost: Cost, rng: Arc<dyn Rng>) -> std::io::Result<Arc<Self>> {
        let workers = threads.max(1);
        let state = State {
            first: VecDeque::new(),
            jobs: VecDeque::new(),
            running: 0,
            each_takes: FIRST_GUESS,
            stopping: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new(), workers });
        let start = |n| {
            let shared = shared.clone();
            std::thread::Builder::new().name(format!("hash-{n}")).spawn(move || work(&shared))
        };
        let threads = (0..workers).map(start).collect::<Result<Vec<_>, _>>()?;
        Ok(Arc::new(Self { shared, threads, cost, rng }))
    }

    fn ask<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce(&mut Worker) -> Result<T, HashError> + Send + 'static,
    ) -> HashAnswer<'_, T> {
        let (tell, told) = oneshot::channel();
        let tell = Arc::new(Mutex::new(Some(tell)));
        let asked = tell.clone();
        let job = Job {
            run: Box::new(move |worker| {
                let outcome = work(worker);
                if let Some(tell) = tell.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    // Whoever asked may have gone.
                    let _ = tell.send(outcome);
                }
            }),
            is_wanted: Box::new(move || {
                asked.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|t| !t.is_closed())
            }),
        };
        let queued = self.shared.queue(turn, job);
        Box::pin(async move {
            queued?;
            told.await.map_err(|_| HashError::Failed("the worker broke off".into()))?
        })
    }
}

impl Hasher for HashPool {
    fn hash(&self, password: Plain<String>) -> HashAnswer<'_, String> {
        let cost = self.cost;
        match rng::bytes(&*self.rng) {
            Ok(salt) => self.ask(Turn::Last, move |worker| worker.hash(&password, &salt, cost)),
            Err(error) => Box::pin(std::future::ready(Err(error.into()))),
        }
    }

    fn verify(&self, password: Presented, stored: String) -> HashAnswer<'_, bool> {
        self.ask(Turn::Last, move |worker| worker.verify(&password, &stored))
    }

    fn verify_first(&self, password: Presented, stored: String) -> HashAnswer<'_, bool> {
        self.ask(Turn::First, move |worker| worker.verify(&password, &stored))
    }

    fn cost(&self) -> Cost {
        self.cost
    }

    fn waiting(&self) -> usize {
        let state = self.shared.lock();
        state.first.len() + state.jobs.len()
    }

    fn wait(&self) -> Duration {
        let state = self.shared.lock();
        self.shared.wait_of(&state, Turn::Last)
    }
}

impl Drop for HashPool {
    fn drop(&mut self) {
        self.shared.lock().stopping = true;
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long one job more would wait for its turn.
    fn wait_of(&self, state: &State, turn: Turn) -> Duration {
        let behind = if turn == Turn::Last { state.jobs.len() } else { 0 };
        let ahead = state.first.len() + behind + state.running;
        state.each_takes.saturating_mul(u32::try_from(ahead / self.workers).unwrap_or(u32::MAX))
    }

    /// Takes the job, or says at once when it may be worth coming back.
    fn queue(&self, turn: Turn, job: Job) -> Result<(), HashError> {
        let mut state = self.lock();
        let wait = self.wait_of(&state, turn);
        let queue = if turn == Turn::First { &state.first } else { &state.jobs };
        if state.stopping || queue.len() >= LONGEST_QUEUE || wait > LONGEST_WAIT {
            return Err(HashError::Busy { retry_after: wait.clamp(Duration::from_secs(1), Duration::from_secs(30)) });
        }
        if turn == Turn::First { &mut state.first } else { &mut state.jobs }.push_back(job);
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    fn next(&self, worker: &mut Worker) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.stopping {
                return None;
            }
            if let Some(job) = state.first.pop_front().or_else(|| state.jobs.pop_front()) {
                if (job.is_wanted)() {
                    state.running += 1;
                    return Some(job);
                }
                continue;
            }
            // Nothing to do: 64 MiB for each thread are not kept for the next storm.
            worker.release();
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self, took: Duration) {
        let mut state = self.lock();
        state.running -= 1;
        state.each_takes = (state.each_takes * 7 + took) / 8;
    }
}

fn work(shared: &Shared) {
    // Linux counts niceness by thread. If it is refused the work is done all the same.
    let _ = rustix::process::nice(NICE);
    let mut worker = Worker::new();
    while let Some(job) = shared.next(&mut worker) {
        let begun = now();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (job.run)(&mut worker)));
        if outcome.is_err() {
            // Whoever waits hears that the worker broke off; the thread goes on with fresh memory.
            worker = Worker::new();
        }
        shared.done(begun.elapsed());
    }
}

#[expect(clippy::disallowed_methods, reason = "measures the machine, decides nothing about a sign-in")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests;
