//! How figures are taken and printed.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
}

use Target::{AtLeast, AtMost};

/// Prints a figure beside its target.
pub(crate) fn figure(what: &str, value: f64, unit: &str, target: Target) {
    let (sign, wanted, met) = match target {
        // As it is printed.
        AtMost(most) => ("<=", most, (value * 100.0).round() / 100.0 <= most),
        AtLeast(least) => (">=", least, value >= least),
    };
    let told = if met { "met" } else { "MISSED" };
    println!("{what}: {value:.2} {unit}   (target {sign} {wanted}: {told})");
}

/// Prints a time as a multiple of a baseline, beside its target.
pub(crate) fn ratio(what: &str, time: Duration, against: (&str, Duration), target: f64) {
    let (name, baseline) = against;
    let value = time.as_secs_f64() / baseline.as_secs_f64();
    figure(&format!("{what}, {}", millis(time)), value, &format!("x {name}"), AtMost(target));
}

pub(crate) fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

/// How long it takes.
pub(crate) fn timed(act: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    act();
    begun.elapsed()
}

/// The medians of what these say they took, by turns, so that what else the machine does weighs on each.
pub(crate) fn medians<const N: usize>(
    rounds: usize,
    mut acts: [&mut dyn FnMut() -> Duration; N],
) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (act, times) in acts.iter_mut().zip(&mut times) {
            times.push(act());
        }
    }
    times.map(|mut times| percentile(&mut times, 50))
}

/// Of 100 of these times, so many are no longer than this one.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

/// Runs a program to its end, which must be a good one.
pub(crate) fn run(command: &mut Command) -> Duration {
    let begun = Instant::now();
    let status = command.stdout(Stdio::null()).status().expect("runs");
    assert!(status.success(), "{command:?}");
    begun.elapsed()
}

/// Plain SQLite, opened as the journal is: write-ahead log, full synchronisation.
pub(crate) struct Commits(rusqlite::Connection);

impl Commits {
    pub(crate) fn new(folder: &Path) -> Self {
        let database = rusqlite::Connection::open(folder.join("baseline.db")).expect("opens");
        let setup =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x TEXT);";
        database.execute_batch(setup).expect("prepares");
        Self(database)
    }

    /// One row, one commit.
    pub(crate) fn one(&self) -> Duration {
        self.many(1)
    }

    /// So many rows, one commit.
    pub(crate) fn many(&self, rows: usize) -> Duration {
        timed(|| {
            let mut insert =
                self.0.prepare_cached("INSERT INTO t VALUES ('a row')").expect("parses");
            self.0.execute_batch("BEGIN IMMEDIATE").expect("begins");
            for _ in 0..rows {
                insert.execute([]).expect("inserts");
            }
            self.0.execute_batch("COMMIT").expect("commits");
        })
    }
}
