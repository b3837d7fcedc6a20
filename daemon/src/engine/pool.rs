//! The worker threads that run Lua, whoever's turn it is.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::preempt::{Enrolment, Hooking, Patience, Watchdog};

/// How long a script runs before others get their turn, and how long one C function may take.
const PATIENCE: Patience =
    Patience { slice: Duration::from_millis(5), call: Duration::from_secs(5) };
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

/// What to do, and what to do instead when the worker that does it is lost.
struct Work {
    act: Box<dyn FnOnce() + Send>,
    give_up: GiveUp,
}

type GiveUp = Box<dyn FnOnce() + Send>;

/// The threads; cheap to clone, and they end with the last clone.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Threads>);

struct Threads {
    crew: Arc<Crew>,
    slice: Duration,
    /// Dropped before the workers are, whom it interrupts.
    watchdog: Option<Watchdog>,
}

/// Work that was begun and has no result; its worker lives on, or another took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BrokeOff {
    /// A bug.
    #[error("the engine broke off")]
    Panicked,
    /// For example a pattern that takes for ever.
    #[error("a function of Lua's own library did not return within {} s", PATIENCE.call.as_secs())]
    Stuck,
}

/// Work under way.
#[derive(Debug)]
pub(crate) struct Doing<T>(oneshot::Receiver<Result<T, BrokeOff>>);

impl<T> Doing<T> {
    /// Waits for the result, which is given once.
    pub(crate) async fn end(&mut self) -> Result<T, BrokeOff> {
        (&mut self.0).await.unwrap_or(Err(BrokeOff::Panicked))
    }
}

/// The workers and what they work on.
struct Crew {
    queue: Queue,
    enrolment: Enrolment,
    /// How many workers may still be lost; the daemon must then begin anew.
    spares: AtomicUsize,
    exhausted: CancellationToken,
}

/// One thread's state, as others see it.
#[derive(Default)]
struct Worker {
    /// It is lost, or gone; another has taken its place.
    lost: AtomicBool,
    /// For the work under way.
    give_up: Mutex<Option<GiveUp>>,
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

impl Pool {
    /// Starts `workers` threads.
    pub(crate) fn start(workers: usize) -> std::io::Result<Self> {
        Self::with(workers, PATIENCE, Hooking::BEST)
    }

    /// Starts `workers` threads whose work may take as long as `patience` says.
    pub(super) fn with(
        workers: usize,
        patience: Patience,
        hooking: Hooking,
    ) -> std::io::Result<Self> {
        let watchdog = Watchdog::start(patience, hooking)?;
        let crew = Arc::new(Crew {
            queue: Queue::default(),
            enrolment: watchdog.enrolment(),
            spares: AtomicUsize::new(workers),
            exhausted: CancellationToken::new(),
        });
        for _ in 0..workers {
            Crew::hire(&crew)?;
        }
        let slice = patience.slice;
        Ok(Self(Arc::new(Threads { crew, slice, watchdog: Some(watchdog) })))
    }

    /// Starts `workers` threads for tests whose slices must not end by themselves.
    #[cfg(test)]
    pub(crate) fn unhurried(workers: usize) -> std::io::Result<Self> {
        let slice = Duration::from_hours(1);
        Self::with(workers, Patience { slice, call: slice }, Hooking::BEST)
    }

    /// How long a script runs before others get their turn.
    pub(crate) fn slice(&self) -> Duration {
        self.0.slice
    }

    /// Does `work` on a worker when its turn comes, also if nobody waits for the result any more.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Doing<T> {
        let (sender, receiver) = oneshot::channel();
        let sender = Arc::new(Mutex::new(Some(sender)));
        let reply = |sender: &Mutex<Option<oneshot::Sender<_>>>, result| {
            if let Some(sender) = lock(sender).take() {
                // Nobody waiting is fine.
                let _ = sender.send(result);
            }
        };
        let give_up = Box::new({
            let sender = sender.clone();
            move || reply(&sender, Err(BrokeOff::Stuck))
        });
        let act = Box::new(move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            reply(&sender, result.map_err(|_| BrokeOff::Panicked));
        });
        self.0.crew.queue.put(turn, Work { act, give_up });
        Doing(receiver)
    }

    /// Returns when so many workers are lost that the process had better begin anew.
    pub(crate) async fn exhausted(&self) {
        self.0.crew.exhausted.cancelled().await;
    }
}

impl Crew {
    /// Starts one worker.
    fn hire(crew: &Arc<Self>) -> std::io::Result<()> {
        let worker = Arc::new(Worker::default());
        let thread = {
            let (crew, worker) = (crew.clone(), worker.clone());
            move || {
                crew.enrolment.enrol({
                    let (crew, worker) = (Arc::downgrade(&crew), worker.clone());
                    move || {
                        if let Some(crew) = crew.upgrade() {
                            Self::lose(&crew, &worker);
                        }
                    }
                });
                while !worker.lost.load(SeqCst)
                    && let Some(Work { act, give_up }) = crew.queue.take()
                {
                    *lock(&worker.give_up) = Some(give_up);
                    act();
                    lock(&worker.give_up).take();
                }
            }
        };
        thread::Builder::new().name("alc-lua".to_owned()).stack_size(STACK).spawn(thread)?;
        Ok(())
    }

    /// Gives a worker's work up and puts another in its place, which may be the last one.
    fn lose(crew: &Arc<Self>, worker: &Worker) {
        worker.lost.store(true, SeqCst);
        if let Some(give_up) = lock(&worker.give_up).take() {
            give_up();
        }
        // A thread that cannot be started is one worker less.
        let _ = Self::hire(crew);
        if crew.spares.fetch_sub(1, SeqCst) <= 1 {
            crew.exhausted.cancel();
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // It interrupts workers, so it goes first. They end with the work they are at, which nobody
        // waits for: one may never end.
        drop(self.watchdog.take());
        self.crew.queue.lock().closed = true;
        self.crew.queue.more.notify_all();
    }
}

/// Locks what no panic leaves half done: work itself runs outside every lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
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
        let broke = pool.run::<()>(Turn::Fresh, || panic!("on purpose")).end().await;
        assert_eq!(broke, Err(BrokeOff::Panicked));
        assert_eq!(pool.run(Turn::Fresh, || 7).end().await, Ok(7));
    }

    fn nothing() -> Work {
        Work { act: Box::new(|| {}), give_up: Box::new(|| {}) }
    }

    #[test]
    fn fresh_work_overtakes_but_does_not_starve() {
        let mut waiting = Waiting::default();
        for _ in 0..40 {
            waiting.fresh.push_back(nothing());
        }
        waiting.slices.push_back(nothing());
        let mut before = 0;
        while !waiting.slices.is_empty() {
            assert!(waiting.next().is_some());
            before += 1;
        }
        assert_eq!(before, OVERTAKING + 1);
    }
}
