//! What a script does outside its VM. It is begun on a thread that may block; what it is about to
//! change is on disk before it does.

use tokio::task::spawn_blocking;

use super::{
    actor::{Actor, Lost, engine_failure, told},
    record::With,
    work::Work,
};
use crate::{
    engine::{Begun, BrokeOff, Made, Operation, Outcome, Turn, Vm},
    point::point,
};

impl Actor {
    /// Begins the operation that the script waits for.
    pub(super) async fn operate(
        &mut self,
        vm: Vm,
        made: Vec<Made>,
        operation: Operation,
    ) -> Result<(), Lost> {
        if let Some(vm) = self.note_calls(vm, made).await? {
            self.work = Some(Work::Begins(Some(vm), spawn_blocking(|| operation.begin())));
        }
        Ok(())
    }

    /// The operation is over, or what it intends is to be written down before it goes on.
    pub(super) async fn begun(
        &mut self,
        mut vm: Vm,
        begun: Result<Begun, BrokeOff>,
    ) -> Result<(), Lost> {
        match begun {
            Ok(Begun::Over(outcome)) => self.operated(vm, Ok(outcome)).await,
            Ok(Begun::Intends { intent, finish }) => {
                let intends = vm.intends(intent);
                let Some(vm) = self.note_calls(vm, intends).await? else { return Ok(()) };
                self.work = Some(Work::Finishes(
                    Some(vm),
                    spawn_blocking(|| {
                        point("operation.finish");
                        let outcome = finish();
                        point("operation.finished");
                        outcome
                    }),
                ));
                Ok(())
            }
            Err(broke_off) => self.operated(vm, Err(broke_off)).await,
        }
    }

    /// The script goes on with the outcome.
    pub(super) async fn operated(
        &mut self,
        mut vm: Vm,
        outcome: Result<Outcome, BrokeOff>,
    ) -> Result<(), Lost> {
        let given = match outcome {
            Ok(outcome) => vm.operated(outcome).map_err(|error| error.to_string()),
            Err(broke_off) => Err(broke_off.to_string()),
        };
        match given {
            Ok(()) => {
                self.go_on(vm, Turn::Fresh);
                Ok(())
            }
            Err(message) => {
                self.drop_vm(vm);
                self.fail(vec![], engine_failure(message)).await
            }
        }
    }

    /// Has the journal take what the script did so far, and returns the script, unless the session
    /// was cancelled meanwhile.
    pub(super) async fn note_calls(&mut self, vm: Vm, made: Vec<Made>) -> Result<Option<Vm>, Lost> {
        if !made.is_empty() {
            let events = told(&made);
            self.record_surely(events, With { calls: made, ..With::default() }).await?;
        }
        if self.state.name().is_terminal() {
            self.drop_vm(vm);
            return Ok(None);
        }
        Ok(Some(vm))
    }
}
