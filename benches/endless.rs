//! P11: how long a script that never pauses outlives its cancellation.

use std::{thread, time::Duration};

use alc_core::{CancelReason, ReasonCode, SessionId};
use alc_ipc::{Cancel, Client, WaitFor};

use crate::{
    daemon::{Daemon, LOOP, paused, spawn, wait},
    report::{Target, figure, millis, percentile, timed},
};

const ROUNDS: u32 = 100;
const SCRIPTS: [(&str, &str); 5] = [
    ("while true", "while true do end"),
    ("pcall", "while true do pcall(function() while true do end end) end"),
    (
        "coroutines",
        "local function deep(n) if n == 0 then while true do end end
         coroutine.wrap(deep)(n - 1) end deep(10)",
    ),
    ("gsub", "while true do ('x'):rep(1000):gsub('.', function() while true do end end) end"),
    ("sort", "while true do table.sort({ 3, 2, 1 }, function() while true do end end) end"),
];

pub(crate) fn measure() {
    let daemon = Daemon::start(&[]);
    let mut client = daemon.client();
    let mut resting = || {
        let id = paused(&mut client, LOOP);
        cancelled(&mut client, &id)
    };
    let mut times: Vec<_> = (0..ROUNDS).map(|_| resting()).collect();
    println!("a paused session: {}", told(&mut times));
    for (name, script) in SCRIPTS {
        for others in [0, 10] {
            let burning: Vec<_> = (0..others).map(|_| spawn(&mut client, SCRIPTS[0].1)).collect();
            let mut times: Vec<_> =
                (0..ROUNDS).map(|_| while_it_runs(&mut client, script)).collect();
            println!("{name}, {others} others: {}", told(&mut times));
            if others == 0 {
                let worst = percentile(&mut times, 99).as_secs_f64() * 1e3;
                figure(&format!("P11 cancel {name}, p99"), worst, "ms", Target::AtMost(50.0));
            }
            for id in &burning {
                cancelled(&mut client, id);
            }
        }
    }
}

fn while_it_runs(client: &mut Client, script: &str) -> Duration {
    let id = spawn(client, script);
    // Long enough that it computes by now, and another length each time.
    thread::sleep(Duration::from_micros(10_000 + u64::from(id.as_str().as_bytes()[0]) * 100));
    cancelled(client, &id)
}

/// From asking to the end that is told.
fn cancelled(client: &mut Client, id: &SessionId) -> Duration {
    timed(|| {
        let reason = CancelReason { code: ReasonCode::User, detail: None, requested_at: 0 };
        client.cancel(Cancel { session: id.clone().into(), reason }).expect("cancels");
        wait(client, id, WaitFor::Terminal);
    })
}

fn told(times: &mut [Duration]) -> String {
    let (half, worst) = (percentile(times, 50), percentile(times, 99));
    format!("p50 {}, p99 {}", millis(half), millis(worst))
}
