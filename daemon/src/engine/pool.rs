//! The worker threads that run Lua, whoever's turn it is.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::sync::oneshot;

use super::preempt::{Enrolment, Watchdog};

/// How long a script runs before others get their turn.
const SLICE: Duration = Duration::from_millis(5);
/// How many fresh turns may overtake a session that used up its slice, so that it still gets on.
const OVERTAKING: u32 = 16;
/// Lua's own C stack limit (200 nested calls) and deep JSON both fit well.
const STACK: usize = 4 << 20;

/// Which queue work waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Something happened: it should go on at once.
    Fresh,
    /// It used up its slice and waits for the next.
    Slice,
}

type Work = Box<dyn FnOnce() + Send>;

/// The threads; cheap to clone, and they end with the last clone.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Arc<Threads>);

#[derive(Debug)]
struct Threads {
    queue: Arc<Queue>,
    workers: Vec<JoinHandle<()>>,
    /// Dropped after the workers have ended its watch: see `Drop`.
    watchdog: Option<Watchdog>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

#[derive(Default)]
struct Waiting {
    fresh: VecDeque<Work>,
    slices: VecDeque<Work>,
    overtaken: u32,
    closed: bool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Pool {
    /// Starts `workers` threads.
    pub(crate) fn start(workers: usize) -> std::io::Result<Self> {
        Self::with_slice(workers, SLICE)
    }

    /// Starts `workers` threads whose turns last for `slice`.
    pub(super) fn with_slice(workers: usize, slice: Duration) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let (watchdog, enrolments) = Watchdog::start(workers, slice)?;
        let start = |enrolment: Enrolment| {
            let queue = queue.clone();
            thread::Builder::new().name("alc-lua".to_owned()).stack_size(STACK).spawn(move || {
                enrolment.enrol();
                while let Some(work) = queue.take() {
                    work();
                }
            })
        };
        let workers = enrolments.into_iter().map(start).collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Threads { queue, workers, watchdog: Some(watchdog) })))
    }

    /// Does `work` on a worker when its turn comes, also if nobody waits for the result any more.
    /// The sender is dropped without a result if `work` panics; the worker lives on.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (reply, result) = oneshot::channel();
        self.0.queue.put(
            turn,
            Box::new(move || {
                if let Ok(value) = catch_unwind(AssertUnwindSafe(work)) {
                    // Nobody waiting is fine.
                    let _ = reply.send(value);
                }
            }),
        );
        result
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.more.notify_all();
        // The watchdog signals threads, so it goes first.
        drop(self.watchdog.take());
        let here = thread::current().id();
        for worker in self.workers.drain(..).filter(|worker| worker.thread().id() != here) {
            let _ = worker.join();
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Work runs outside the lock, so a panic leaves nothing half done.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, turn: Turn, work: Work) {
        let mut waiting = self.lock();
        match turn {
            Turn::Fresh => waiting.fresh.push_back(work),
            Turn::Slice => waiting.slices.push_back(work),
        }
        drop(waiting);
        self.more.notify_one();
    }

    /// The next work, or `None` when the pool ends.
    fn take(&self) -> Option<Work> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(work) = waiting.next() {
                return Some(work);
            }
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Waiting {
    fn next(&mut self) -> Option<Work> {
        if (self.overtaken < OVERTAKING || self.slices.is_empty())
            && let Some(work) = self.fresh.pop_front()
        {
            self.overtaken += u32::from(!self.slices.is_empty());
            return Some(work);
        }
        self.overtaken = 0;
        self.slices.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_leaves_the_worker_alive() {
        let pool = Pool::start(1).expect("starts");
        let broke = pool.run::<()>(Turn::Fresh, || panic!("on purpose")).await;
        assert!(broke.is_err());
        assert_eq!(pool.run(Turn::Fresh, || 7).await.expect("runs"), 7);
    }

    #[test]
    fn fresh_work_overtakes_but_does_not_starve() {
        let mut waiting = Waiting::default();
        for _ in 0..40 {
            waiting.fresh.push_back(Box::new(|| {}));
        }
        waiting.slices.push_back(Box::new(|| {}));
        let mut before = 0;
        while !waiting.slices.is_empty() {
            assert!(waiting.next().is_some());
            before += 1;
        }
        assert_eq!(before, OVERTAKING + 1);
    }
}
