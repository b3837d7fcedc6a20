//! `alc wait`: until sessions need something or have ended.

use std::time::Instant;

use alc_core::{SessionId, SessionView, StateName};
use alc_ipc::{Json, WaitFor};
use clap::ValueEnum as _;

use crate::{
    args::{self, Target},
    bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    output::{Output, OutputError},
    select,
};

pub(super) fn run(
    args: &args::Wait,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let deadline = args.timeout.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut link = if args.create { Some(connector.starting()?) } else { connector.reading()? };
    let references = match &mut link {
        Some(link) => select::references(&args.references, &args.selection, &StateName::ALL, link)?,
        None => args.references.clone(),
    };
    if references.is_empty() {
        return Err(select::none(&args.selection));
    }
    let tail = output.same(format!(" --for {}", names(&args.targets)));
    let mut open = Vec::new();
    // Who is there already is told so, even if the time is up.
    let mut all = bulk::for_each(&references, output, |reference, output| {
        let link = link.as_mut().ok_or_else(|| CliError::NotFound(reference.clone()))?;
        let (view, session) = if args.create {
            link.set_deadline(deadline);
            let arrived = link.arrival(reference, format!("alc wait {reference} --create{tail}"));
            link.set_deadline(None);
            arrived?
        } else {
            link.state(reference)?
        };
        let exit = exit(&args.targets, session.state);
        match exit {
            Some(_) => print(&view, &session, output)?,
            None => open.push(session.id),
        }
        Ok(exit.unwrap_or(Exit::Done))
    })?;
    let Some(mut link) = link else { return Ok(all) };
    link.set_deadline(deadline);
    let again = |open: &[SessionId]| {
        let open: Vec<_> = open.iter().map(SessionId::as_str).collect();
        format!("alc wait {}{tail}", open.join(" "))
    };
    let late = link.wait_all(open, until(&args.targets), again, |view, session| {
        all = all.with(exit(&args.targets, session.state).unwrap_or(Exit::Pending));
        Ok(print(view, session, output)?)
    })?;
    for session in late {
        output.error(&CliError::Late { session });
        all = all.with(Exit::TimedOut);
    }
    Ok(all)
}

fn print(view: &Json, session: &SessionView, output: &mut Output) -> Result<(), OutputError> {
    if output.json() {
        output.relay(view)?;
    } else {
        output.line(&format!("{}\t{}", session.id, session.state))?;
    }
    output.flush()
}

/// As they are typed.
fn names(targets: &[Target]) -> String {
    let name = |target: &Target| Some(target.to_possible_value()?.get_name().to_owned());
    targets.iter().filter_map(name).collect::<Vec<_>>().join(",")
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
