//! What is under way for a session: a step of its script, or an operation that the script waits for.

use tokio::task::{JoinError, JoinHandle};

use crate::engine::{Begun, BrokeOff, Doing, Outcome, Stepped, Vm};

/// One thing under way; the script is in it.
pub(super) enum Work {
    Steps(Doing<Stepped>),
    Begins(Option<Vm>, JoinHandle<Begun>),
    Finishes(Option<Vm>, JoinHandle<Outcome>),
}

/// How it ended.
pub(super) enum Done {
    Stepped(Result<Stepped, BrokeOff>),
    Begun(Vm, Result<Begun, BrokeOff>),
    Operated(Vm, Result<Outcome, BrokeOff>),
}

/// The end of the work under way; never, if there is none. In a box, since who waits for it keeps room
/// for it all the time.
pub(super) async fn done(work: &mut Option<Work>) -> Box<Done> {
    match work {
        Some(Work::Steps(doing)) => return Box::new(Done::Stepped(doing.end().await)),
        Some(Work::Begins(vm, doing)) => {
            let begun = doing.await.map_err(broke_off);
            if let Some(vm) = vm.take() {
                return Box::new(Done::Begun(vm, begun));
            }
        }
        Some(Work::Finishes(vm, doing)) => {
            let outcome = doing.await.map_err(broke_off);
            if let Some(vm) = vm.take() {
                return Box::new(Done::Operated(vm, outcome));
            }
        }
        None => {}
    }
    std::future::pending().await
}

fn broke_off(_: JoinError) -> BrokeOff {
    BrokeOff::Panicked
}
