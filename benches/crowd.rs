//! P12: an answer to one session while others compute without an end.

use crate::{
    daemon::{Daemon, LOOP, answer_to_next, paused, spawn},
    report::{Target, figure, millis, percentile, timed},
};

const ROUNDS: u32 = 300;

pub(crate) fn measure() {
    let daemon = Daemon::start(&[]);
    let mut client = daemon.client();
    let id = paused(&mut client, LOOP);
    let mut burning = 0;
    for count in [0, 1, 10, 50, 100, 1000] {
        (burning..count).for_each(|_| drop(spawn(&mut client, "while true do end")));
        burning = count;
        let mut times: Vec<_> =
            (0..ROUNDS).map(|_| timed(|| answer_to_next(&mut client, &id))).collect();
        let (half, worst) = (percentile(&mut times, 50), percentile(&mut times, 99));
        println!("{count:>5} others: p50 {}, p99 {}", millis(half), millis(worst));
        if count == 50 {
            let worst = worst.as_secs_f64() * 1e3;
            let what = "P12 answer to next pause beside 50 that compute, p99";
            figure(what, worst, "ms", Target::AtMost(50.0));
        }
    }
}
