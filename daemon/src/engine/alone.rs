//! A script that is no session: it is run at once, by a process that does nothing else, and nothing of
//! it is kept.

use alc_core::Script;

use super::{
    operation::Begun,
    vm::{LoadError, Outside, Step, Stepped, Vm},
};

/// Runs a script and returns what it returns, as JSON text; nothing if it asks, since nobody will
/// answer. What it does to files and processes is done.
pub(crate) fn alone(script: &Script, outside: Outside) -> Result<Option<String>, LoadError> {
    let mut vm = Vm::load(script, Vec::new(), outside)?;
    loop {
        let Stepped { vm: stepped, step, .. } = vm.step();
        vm = stepped;
        match step {
            Step::Slice => {}
            Step::Operates(operation) => {
                let outcome = match operation.begin() {
                    Begun::Over(outcome) => outcome,
                    Begun::Intends { intent, finish } => {
                        vm.intends(intent);
                        finish()
                    }
                };
                vm.operated(outcome)?;
            }
            Step::Asked { .. } => return Ok(None),
            Step::Finished(value) => return Ok(Some(value)),
            Step::Failed(error) => return Err(LoadError::Raised(error.message)),
            Step::Diverged(divergence) => {
                let message = format!("it departs from a journal that is empty: {divergence:?}");
                return Err(LoadError::Raised(message));
            }
        }
    }
}
