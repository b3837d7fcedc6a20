//! P6: durable answers of many clients at a time, against rows of plain SQLite in commits of as many.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    daemon::{Daemon, LOOP, answer_to_next, paused},
    report::{Commits, Target, figure},
};

const TIME: Duration = Duration::from_secs(4);

pub(crate) fn measure() {
    for clients in [1, 8, 64, 256] {
        let floor = floor(clients);
        let answers = answers(clients);
        println!("{clients:>4} clients: {answers:.0} answers/s; rows of plain SQLite {floor:.0}/s");
        if clients == 64 {
            figure("P6 durable answers, 64 clients", answers, "a second", Target::AtLeast(15e3));
        }
    }
}

/// Rows a second.
fn floor(rows: usize) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let commits = Commits::new(folder.path());
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < TIME / 4 {
        commits.many(rows);
        count += rows;
    }
    rate(count, begun.elapsed())
}

/// Answers a second, each to a session that asks again; each client has one.
fn answers(clients: usize) -> f64 {
    let daemon = Daemon::start(&[]);
    let begun = Instant::now();
    let count = thread::scope(|scope| {
        let answering = (0..clients).map(|_| {
            scope.spawn(|| {
                let mut client = daemon.client();
                let id = paused(&mut client, LOOP);
                let mut count = 0;
                while begun.elapsed() < TIME {
                    answer_to_next(&mut client, &id);
                    count += 1;
                }
                count
            })
        });
        let answering: Vec<_> = answering.collect();
        answering.into_iter().map(|thread| thread.join().expect("ends")).sum()
    });
    rate(count, begun.elapsed())
}

fn rate(count: usize, time: Duration) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from) / time.as_secs_f64()
}
