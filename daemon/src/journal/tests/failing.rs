//! The disk fails: power is lost, calls are not carried out. What was confirmed is there after it, and
//! what was not is there once or not at all.

pub(crate) mod disk;
mod steps;
mod vfs;

use std::sync::Arc;

use fastrand::Rng;
use tempfile::TempDir;
use tokio::task::JoinSet;

use self::{
    disk::{Disk, Failure, Files, Loss, random, some},
    steps::{LIFE, Play, Stopped},
};
use super::{
    super::{Journal, WriteError},
    id, new_session,
};

/// How many moments or calls are tried, where `ALC_FAULT_ROUNDS` says nothing.
const ROUNDS: usize = 30;

/// A life without disturbance.
struct Undisturbed {
    disk: Arc<Disk>,
    /// The files before it.
    before: Files,
    /// What the journal said after each step.
    told: Vec<String>,
}

impl Undisturbed {
    async fn live() -> Self {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("journal.db");
        Journal::open(&path).expect("opens").close().await;
        let before = disk::files(folder.path());
        let (disk, _watch) = Disk::of(folder.path());
        let mut play = Play::open(path).expect("opens");
        let mut told = vec![play.told().await];
        for (done, step) in (1..).zip(LIFE) {
            play.take(step).await.expect("is taken");
            disk.told(done);
            told.push(play.told().await);
        }
        play.journal.close().await;
        Self { disk, before, told }
    }

    /// How many steps are done, of which somebody was told of `told`; the next may be done, too.
    #[track_caller]
    fn done(&self, now: &str, told: usize) -> usize {
        let possible = told..self.told.len().min(told + 2);
        let done = possible.clone().find(|done| self.told[*done] == now);
        done.unwrap_or_else(|| panic!("after {possible:?} steps the journal says {now}"))
    }
}

#[tokio::test]
async fn after_a_loss_of_power_what_was_confirmed_is_there() {
    let life = Undisturbed::live().await;
    let mut random = random();
    for moment in some(life.disk.moments(), ROUNDS, &mut random) {
        let told = life.disk.told_by(moment);
        for mut loss in [Loss::All, Loss::Nothing, Loss::Some(random.fork())] {
            let left = life.disk.after_power_loss(&life.before, moment, &mut loss);
            goes_on(&life, &left, told).await;
        }
    }
}

/// Whoever opens these files goes on from there to the same end.
async fn goes_on(life: &Undisturbed, files: &Files, told: usize) {
    let folder = TempDir::new().expect("a folder");
    disk::restore(folder.path(), files);
    let (_, _watch) = Disk::of(folder.path());
    let mut play = Play::open(folder.path().join("journal.db")).expect("opens");
    let done = life.done(&play.told().await, told);
    play.is_sound();
    play.skip(done);
    for step in &LIFE[done..] {
        play.take(*step).await.expect("is taken");
    }
    assert_eq!(Some(&play.told().await), life.told.last());
    play.journal.close().await;
}

#[tokio::test]
async fn after_a_failed_call_what_was_confirmed_is_there() {
    let life = Undisturbed::live().await;
    let mut random = random();
    let calls = usize::try_from(life.disk.calls()).expect("fits");
    for call in some(0..calls, ROUNDS, &mut random) {
        for failure in [Failure::Broken, Failure::Full] {
            lives_on(&life, call as u64, failure, &mut random).await;
        }
    }
}

/// A life in which one call fails, and with it perhaps the daemon.
async fn lives_on(life: &Undisturbed, call: u64, failure: Failure, random: &mut Rng) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("journal.db");
    disk::restore(folder.path(), &life.before);
    let (disk, _watch) = Disk::of(folder.path());
    disk.fail(call, failure);
    let opened = Play::open(path.clone()).or_else(|_| Play::open(path));
    let mut play = opened.expect("opens, since only one call fails");
    let mut done = 0;
    while let Some(step) = LIFE.get(done) {
        match play.take(*step).await {
            Ok(()) => done += 1,
            Err(Stopped::Write(WriteError::Full)) => {
                assert_eq!(play.told().await, life.told[done], "refused, but not without a trace");
            }
            Err(stopped) => {
                if let Stopped::Write(error) = stopped {
                    assert!(matches!(error, WriteError::Lost { .. }), "{error}");
                    play.journal.lost().await;
                    let next = play.journal.create(new_session(9)).await;
                    assert!(matches!(next, Err(WriteError::Lost { .. })), "{next:?}");
                }
                // Whether the next daemon begins at once or after a loss of power.
                let moment = disk.moments().end - 1;
                let mut loss = Loss::Some(random.fork());
                goes_on(life, &disk.after_power_loss(&life.before, moment, &mut loss), done).await;
                play.reopen().await.expect("opens");
                done = life.done(&play.told().await, done);
                play.skip(done);
            }
        }
    }
    disk.heal();
    assert_eq!(Some(&play.told().await), life.told.last());
    play.is_sound();
    play.journal.close().await;
}

/// Sessions that are created at once, some of them twice.
#[tokio::test]
async fn of_changes_that_are_written_together_each_is_told_the_truth() {
    const SESSIONS: u64 = 15;
    let mut random = random();
    let mut failures = 0;
    for call in some(0..40, ROUNDS, &mut random) {
        let failure = *random.choice(&[Failure::Broken, Failure::Full]).expect("one of them");
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("journal.db");
        let (disk, _watch) = Disk::of(folder.path());
        let journal = Journal::open(&path).expect("opens");
        disk.fail(call as u64, failure);
        let mut changes = JoinSet::new();
        for number in (1..=SESSIONS).chain(1..=SESSIONS / 3) {
            let journal = journal.clone();
            changes.spawn(async move { (number, journal.create(new_session(number)).await) });
        }
        let told = changes.join_all().await;
        disk.heal();
        journal.close().await;
        let journal = Journal::open(&path).expect("opens");
        for number in 1..=SESSIONS {
            let is_there = journal.snapshot(&id(number)).await.expect("reads").is_some();
            let told: Vec<_> =
                told.iter().filter(|told| told.0 == number).map(|told| &told.1).collect();
            let created = told.iter().filter(|told| told.is_ok()).count();
            let lost = told.iter().any(|told| matches!(told, Err(WriteError::Lost { .. })));
            assert!(created <= 1 && (lost || is_there == (created == 1)), "{told:?}");
            failures += u32::from(lost);
        }
        journal.close().await;
    }
    assert!(failures > 0, "no failure met a change");
}
