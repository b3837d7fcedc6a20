//! P9: what an answer to a session that sleeps takes longer than one to a session in memory: its journal
//! is read and its script run again up to its open question.

use crate::{
    daemon::{Daemon, LOOP, answer_to_next, paused},
    report::{Commits, Target, figure, medians, millis, timed},
};

pub(crate) fn measure() {
    let mut daemon = Daemon::start(&[]);
    let commits = Commits::new(daemon.folder());
    let counts = [1, 10, 100, 1000, 10_000];
    let sessions = counts.map(|answers| {
        let mut client = daemon.client();
        let id = paused(&mut client, LOOP);
        (0..answers).for_each(|_| answer_to_next(&mut client, &id));
        id
    });
    let mut awake = Vec::new();
    for id in &sessions {
        let mut client = daemon.client();
        let [answer] = medians(100, [&mut || timed(|| answer_to_next(&mut client, id))]);
        awake.push(answer);
    }
    // Nothing stays in memory.
    daemon.restart(&["--memory", "0"]);
    for ((id, answers), awake) in sessions.iter().zip(counts).zip(awake) {
        let mut client = daemon.client();
        let rounds = if answers < 10_000 { 100 } else { 20 };
        let [commit, asleep] = medians(
            rounds,
            [&mut || commits.one(), &mut || timed(|| answer_to_next(&mut client, id))],
        );
        let replay = asleep.saturating_sub(awake);
        println!(
            "{answers:>6} answers: {} more than the {} in memory; commit {}",
            millis(replay),
            millis(awake),
            millis(commit)
        );
        if answers == 1000 {
            let value = replay.as_secs_f64() * 1e3;
            figure("P9 replay of 1,000 answers", value, "ms", Target::AtMost(5.0));
        }
    }
}
