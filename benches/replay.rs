//! P9: what an answer to a session that sleeps takes longer than one to a session in memory: its journal
//! is read and its script run again up to its open question.

use crate::{
    daemon::{Daemon, LOOP, answer_to_next, paused},
    report::{Commits, Target, figure, medians, millis, timed},
};

pub(crate) fn measure() {
    let awake = Daemon::start(&[]);
    let commits = Commits::new(awake.folder());
    let mut talking = awake.client();
    let resident = paused(&mut talking, LOOP);
    let mut asleep = Daemon::start(&[]);
    let counts = [1, 10, 100, 1000, 10_000];
    let sessions = counts.map(|answers| {
        let mut client = asleep.client();
        let id = paused(&mut client, LOOP);
        (0..answers).for_each(|_| answer_to_next(&mut client, &id));
        id
    });
    // Nothing stays in memory.
    asleep.restart(&["--memory", "0"]);
    let mut client = asleep.client();
    for (id, answers) in sessions.iter().zip(counts) {
        let rounds = if answers < 10_000 { 100 } else { 20 };
        let [commit, resident, sleeping] = medians(
            rounds,
            [
                &mut || commits.one(),
                &mut || timed(|| answer_to_next(&mut talking, &resident)),
                &mut || timed(|| answer_to_next(&mut client, id)),
            ],
        );
        let replay = sleeping.saturating_sub(resident);
        println!(
            "{answers:>6} answers: {} more than the {} in memory; commit {}",
            millis(replay),
            millis(resident),
            millis(commit)
        );
        if answers == 1000 {
            let value = replay.as_secs_f64() * 1e3;
            figure("P9 replay of 1,000 answers", value, "ms", Target::AtMost(5.0));
        }
    }
}
