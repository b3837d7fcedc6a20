//! P13: an event of one session until the last of its watchers has it, and what those cost that have
//! stopped reading.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use alc_core::{Seq, SessionId};
use alc_ipc::{AddNote, Client, Observe};

use crate::{
    daemon::{Daemon, LOOP, paused},
    report::{Target, figure, millis, percentile},
};

/// How many events each watcher is told.
const EVENTS: usize = 100;
/// How many events are kept from those who have stopped reading.
const MISSED: usize = 3000;

pub(crate) fn measure() {
    for count in [1, 10, 100, 1000] {
        let mut times = delays(count);
        let (half, worst) = (percentile(&mut times, 50), percentile(&mut times, 99));
        println!("{count:>5} watchers: p50 {}, p99 {}", millis(half), millis(worst));
        if count == 1000 {
            let worst = worst.as_secs_f64() * 1e3;
            figure("P13 the last of 1,000 watchers, p99", worst, "ms", Target::AtMost(100.0));
        }
    }
    let (alone, stopped) = (growth(0), growth(100));
    println!(
        "{MISSED} events of 1 KiB: {alone} KiB; with 100 watchers that do not read {stopped} KiB"
    );
}

/// Of each event, how long it takes until so many watchers have it.
fn delays(count: usize) -> Vec<Duration> {
    let daemon = Daemon::start(&[]);
    let mut client = daemon.client();
    let id = paused(&mut client, LOOP);
    let (told, telling) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..count {
            let (watcher, told, id) = (daemon.client(), told.clone(), &id);
            scope.spawn(move || watch(watcher, id, &told));
        }
        // Not measured: each of them reads what was there before.
        note(&mut client, &id, &telling, count);
        let times = (0..EVENTS).map(|_| note(&mut client, &id, &telling, count)).collect();
        drop(daemon);
        times
    })
}

/// Says when it was told what, until the daemon is gone.
fn watch(mut client: Client, id: &SessionId, told: &Sender<(Seq, Instant)>) {
    let observe = Observe { session: id.clone().into(), after: Seq::default() };
    let ended = client.observe(observe, |seq, _| match told.send((seq, Instant::now())) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    });
    drop(ended);
}

/// Adds a note, and says how long it took until so many watchers had it.
fn note(
    client: &mut Client,
    id: &SessionId,
    telling: &Receiver<(Seq, Instant)>,
    watchers: usize,
) -> Duration {
    let begun = Instant::now();
    let noted = add_note(client, id);
    let moments = telling.iter().filter(|(seq, _)| *seq == noted).map(|(_, moment)| moment);
    let last = moments.take(watchers).max();
    last.map_or(Duration::ZERO, |last| last - begun)
}

fn add_note(client: &mut Client, id: &SessionId) -> Seq {
    let session = id.clone().into();
    let note = AddNote { session, title: None, content: "x".repeat(1000) };
    client.note(note).expect("is noted").1
}

/// By how many KiB the daemon grows while so many watchers read nothing.
fn growth(watchers: usize) -> u64 {
    let daemon = Daemon::start(&[]);
    let mut client = daemon.client();
    let id = paused(&mut client, LOOP);
    let gate = Mutex::new(());
    thread::scope(|scope| {
        let closed = gate.lock().expect("is free");
        for _ in 0..watchers {
            let (mut watcher, observe) =
                (daemon.client(), Observe { session: id.clone().into(), after: Seq::default() });
            let gate = &gate;
            scope.spawn(move || {
                let ended = watcher.observe(observe, |_, _| {
                    drop(gate.lock());
                    ControlFlow::Break(())
                });
                drop(ended);
            });
        }
        let mut tell = |count: usize| {
            for _ in 0..count {
                add_note(&mut client, &id);
            }
        };
        tell(MISSED / 10);
        let before = daemon.resident_kib();
        tell(MISSED);
        let after = daemon.resident_kib();
        drop(closed);
        after.saturating_sub(before)
    })
}
