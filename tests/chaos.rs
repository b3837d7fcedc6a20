//! The daemon is killed at any moment, and its clients do what they should not; nothing is lost,
//! nothing happens twice, and nobody else is disturbed.

mod clients;
#[cfg(target_os = "linux")]
mod disk;
mod frames;
pub(crate) mod random;
mod replay;
mod scripts;

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use clients::{Crew, Worker};
use random::Random;

use crate::{
    checker::{Log, check},
    env::{TestEnv, kill},
};

/// How often the daemon is killed, where `ALC_CHAOS_ROUNDS` says nothing.
const ROUNDS: u32 = 50;
/// After so many rounds the clients stop and the checker judges.
const LEG: u32 = 5;
const CLIENTS: u64 = 16;
/// No leg begins after this, where `ALC_CHAOS_ROUNDS` says nothing.
const LONG: Duration = Duration::from_mins(1);

#[test]
fn whatever_sixteen_clients_were_told_survives_a_daemon_killed_at_random() {
    let rounds = std::env::var("ALC_CHAOS_ROUNDS").ok();
    let (rounds, bounded) = match rounds {
        Some(rounds) => (rounds.parse().expect("a number"), false),
        None => (ROUNDS, true),
    };
    let mut random = Random::seeded();
    let env = TestEnv::new();
    let log = Log::new(env.folder());
    let crew = Crew::default();
    let begun = Instant::now();
    let mut done = 0;
    while done < rounds && !(bounded && begun.elapsed() > LONG) {
        let leg = LEG.min(rounds - done);
        disturb(&env, &log, &crew, &mut random, leg);
        check(&log, &env);
        done += leg;
    }
    // Whatever is open still can be answered, and ends as it must.
    let mut last = Worker::new(&env, &log, &crew, random.fork());
    last.finish_all();
    check(&log, &env);
    println!("{done} rounds: {}", log.summary());
}

/// Lets clients work while the daemon is killed `kills` times.
fn disturb(env: &TestEnv, log: &Log, crew: &Crew, random: &mut Random, kills: u32) {
    crew.begin();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let mut worker = Worker::new(env, log, crew, random.fork());
            scope.spawn(move || {
                // If it panics, the others need not go on.
                let _ends = crew.ends_with_me();
                while crew.is_at_work() {
                    worker.act();
                }
            });
        }
        let _ends = crew.ends_with_me();
        for _ in 0..kills {
            let instant = Duration::from_micros(random.below(300_000).max(1_000));
            kill_after(env, instant, || crew.is_at_work());
        }
    });
}

/// Kills the daemon so long after it was seen alive.
fn kill_after(env: &TestEnv, instant: Duration, wanted: impl Fn() -> bool) {
    while wanted() {
        // Another one may be just about to die.
        let Ok(status) = env.connect().status() else { continue };
        let (_nobody, tells) = mpsc::channel::<()>();
        assert_eq!(tells.recv_timeout(instant), Err(RecvTimeoutError::Timeout));
        kill(status.pid.cast_signed(), libc::SIGKILL);
        return;
    }
}
