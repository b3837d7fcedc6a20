//! `alc cancel`: ends sessions for good.

use std::time::Instant;

use alc_core::{CancelReason, ReasonCode, SessionId, SessionView, StateName};
use alc_ipc::{Cancel, WaitFor};

use crate::{
    args, bulk,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::CancelledLine,
    link::{Doubt, Link},
    output::{Output, OutputError},
    select,
};

/// Those of a selection that can still be ended.
const LIVE: [StateName; 2] = [StateName::Running, StateName::Paused];

pub(super) fn run(
    args: &args::Cancel,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut link = connector.reading()?;
    let references = match &mut link {
        Some(link) => select::references(&args.references, &args.selection, &LIVE, link)?,
        None => args.references.clone(),
    };
    let mut cancelled = Vec::new();
    let cancel = |link: &mut Link<'_>, session: &SessionView| {
        let first = if args.dry_run {
            !session.state.is_terminal()
        } else {
            cancel(&session.id, args.reason.clone(), link)?
        };
        cancelled.push(session.id.clone());
        Ok((session.id.clone(), first))
    };
    let print = |(session, first): &(SessionId, bool), output: &mut Output| {
        print(session, *first, args.dry_run, output)
    };
    let exit = bulk::for_each_session(&references, link.as_mut(), output, cancel, print)?;
    let Some(mut link) = link.filter(|_| args.wait) else { return Ok(exit) };
    link.set_deadline(deadline);
    // What is left is no cancel: that is on disk.
    let again = |open: &[SessionId]| again(open, output);
    let late = link.wait_all(cancelled, WaitFor::Terminal, again, |_, _| Ok(()))?;
    Ok(late.into_iter().fold(exit, |all, session| {
        output.error(&CliError::Late { session });
        all.with(Exit::TimedOut)
    }))
}

/// The command that waits on for their ends.
fn again(open: &[SessionId], output: &Output) -> String {
    let open: Vec<_> = open.iter().map(SessionId::as_str).collect();
    output.same(format!("alc wait {} --for terminal", open.join(" ")))
}

/// True if this request is the first that the session end.
pub(super) fn cancel(
    session: &SessionId,
    why: Option<String>,
    link: &mut Link<'_>,
) -> Result<bool, CliError> {
    let reason = CancelReason { code: ReasonCode::User, detail: why, requested_at: 0 };
    let cancel = Cancel { session: session.clone().into(), reason };
    let look = format!("alc state {session}");
    let doubt = Doubt { unknown: "whether it was cancelled", look };
    let (_, first) = link.change(doubt, |client| client.cancel(cancel.clone()))?;
    Ok(first)
}

fn print(
    session: &SessionId,
    first: bool,
    dry_run: bool,
    output: &mut Output,
) -> Result<(), OutputError> {
    if output.json() {
        return output.object(&CancelledLine::new(session, first, dry_run));
    }
    if first { output.line(session.as_str()) } else { Ok(()) }
}
