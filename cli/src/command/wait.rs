//! `alc wait`: until sessions need something or have ended.

use alc_core::StateName;
use alc_ipc::WaitFor;

use crate::{
    args::{self, Target},
    bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    output::Output,
    select,
};

pub(super) fn run(
    args: &args::Wait,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut link = connector.reading()?;
    let references = match &mut link {
        Some(link) => select::references(&args.references, &args.labels, &[], link)?,
        None => args.references.clone(),
    };
    if references.is_empty() {
        return Err(CliError::NoneLabelled(args.labels.clone()));
    }
    let timeout = args.timeout.timeout;
    let deadline = timeout.and_then(|timeout| std::time::Instant::now().checked_add(timeout));
    bulk::for_each(&references, output, |reference, output| {
        let link = link.as_mut().ok_or_else(|| CliError::NotFound(reference.clone()))?;
        // Who is there already is told so, even if the time is up.
        link.set_deadline(None);
        let (mut view, mut session) = link.state(reference)?;
        link.set_deadline(deadline);
        let exit = loop {
            if let Some(exit) = exit(&args.targets, session.state) {
                break exit;
            }
            let waited = link.wait(&session.id, until(&args.targets));
            (view, session) = waited.map_err(|error| error.about(&session.id))?;
        };
        if output.json() {
            output.relay(&view)?;
        } else {
            output.line(&format!("{}\t{}", session.id, session.state))?;
        }
        output.flush()?;
        Ok(exit)
    })
}

/// What the daemon must wait for.
fn until(targets: &[Target]) -> WaitFor {
    if exit(targets, StateName::Paused).is_some() { WaitFor::Actionable } else { WaitFor::Terminal }
}

/// How waiting ends in this state; `None` if it goes on. One target that is met is enough.
fn exit(targets: &[Target], state: StateName) -> Option<Exit> {
    let exits = targets.iter().filter_map(|target| exit_of(*target, state));
    exits.min_by_key(|exit| *exit as u8)
}

fn exit_of(target: Target, state: StateName) -> Option<Exit> {
    match (target, state) {
        (_, StateName::Running) | (Target::Done | Target::Terminal, StateName::Paused) => None,
        (Target::Prompt | Target::Paused, StateName::Paused) => Some(Exit::Done),
        (Target::Prompt | Target::Paused, StateName::Done) => Some(Exit::Ended),
        (_, state) => Some(Exit::of_state(state)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exits(targets: &[Target]) -> [Option<u8>; 5] {
        StateName::ALL.map(|state| exit(targets, state).map(|exit| exit as u8))
    }

    #[test]
    fn each_target_ends_as_the_table_says() {
        // Running, paused, done, failed, cancelled.
        let actionable = [None, Some(8), Some(0), Some(1), Some(3)];
        let prompt = [None, Some(0), Some(7), Some(1), Some(3)];
        let terminal = [None, None, Some(0), Some(1), Some(3)];
        assert_eq!(exits(&[Target::Actionable]), actionable);
        assert_eq!(exits(&[Target::Prompt]), prompt);
        assert_eq!(exits(&[Target::Paused]), prompt);
        assert_eq!(exits(&[Target::Done]), terminal);
        assert_eq!(exits(&[Target::Terminal]), terminal);
        let either = [None, Some(0), Some(0), Some(1), Some(3)];
        assert_eq!(exits(&[Target::Terminal, Target::Prompt]), either);
    }

    #[test]
    fn the_daemon_is_asked_for_no_more_than_is_needed() {
        assert_eq!(until(&[Target::Done]), WaitFor::Terminal);
        assert_eq!(until(&[Target::Done, Target::Paused]), WaitFor::Actionable);
    }
}
