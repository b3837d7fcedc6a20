//! `alc gc`: deletes what is old, and gives its space back.

use std::time::Duration;

use alc_ipc::{Collect, Collected};

use crate::{
    args, connect::Connector, error::CliError, exit::Exit, json::CollectedLine, output::Output,
};

/// As the daemon counts.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn run(
    args: &args::Gc,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let collect = Collect {
        older_than: args.older_than.map(millis),
        keep_bytes: args.keep_bytes,
        dry_run: args.dry_run,
    };
    // Where there is no journal, nothing is old.
    let collected = match connector.reading()? {
        Some(mut link) => link.call(|client| client.collect(collect))?,
        None => Collected::default(),
    };
    if output.json() {
        output.object(&CollectedLine::new(&collected, args.dry_run))?;
        return Ok(Exit::Done);
    }
    let Collected { sessions, blobs, tombstones, bytes } = collected;
    output.line(&format!("sessions={}", sessions.len()))?;
    for (key, count) in [("blobs", blobs), ("tombstones", tombstones), ("bytes", bytes)] {
        output.line(&format!("{key}={count}"))?;
    }
    if args.dry_run {
        output.flush()?;
        output.notice("nothing is deleted: --dry-run");
    }
    Ok(Exit::Done)
}
