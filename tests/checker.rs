//! Judges what faults left: the clients write down what they asked and what they were told, and a
//! fresh daemon must agree with all of it.
//!
//! ```text
//! client: ask ─► log ─► request ─► log ─► go on        log ─┐
//!                                                           ├─► judge ─► complaints
//! kill the last daemon ─► a fresh one ─► survey ────────────┘
//! ```
//!
//! The letters are those of the invariants, I1 to I9, of what must survive. For the judge to see what
//! Lua saw, scripts begin with `print('mark', ctx.mark)`, write `print('got', NUMBER, ANSWER)` for
//! each answer, and return `{answers = {...}}`, all answers by number.

mod facts;
mod judge;
mod judge_tests;
mod survey;

pub(crate) use facts::{Fact, Log, Reply, Wish};
use judge::judge;
use survey::Survey;

use crate::env::TestEnv;

/// Kills the daemon, if one runs, and judges what a fresh one tells. What that was is written down
/// too, so that the next check holds it against what it finds then.
#[track_caller]
pub(crate) fn check(log: &Log, env: &TestEnv) {
    env.kill_daemon();
    let facts = log.facts();
    let survey = Survey::take(env, &facts);
    let complaints = judge(&facts, &survey);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    log.write(&survey.news(&facts));
}
