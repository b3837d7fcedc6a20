//! Hooks that failed of late, as the daemon's log says.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use alc_core::{SessionId, StateName};
use alc_ipc::Home;

use super::Finding;
use crate::time::rfc3339;

/// How long ago is late, in milliseconds: a day.
const RECENT: i64 = 24 * 3_600_000;
/// How much of a log's end is read.
const TAIL: u64 = 1 << 20;
/// How the daemon says it.
const FAILED: &str = "hook failed: ";

pub(super) fn examine(home: &Home) -> Vec<Finding> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
    // What a log is that cannot be read is said of the folder.
    findings(&tail(&home.log()).unwrap_or_default(), now - RECENT)
}

/// What is wrong with each hook that failed since then.
fn findings(log: &str, since: i64) -> Vec<Finding> {
    let mut failures: BTreeMap<&str, (usize, Failure<'_>)> = BTreeMap::new();
    for failure in log.lines().filter_map(Failure::read).filter(|failure| failure.at >= since) {
        let (times, last) = failures.entry(failure.hook).or_insert((0, failure));
        (*times, *last) = (*times + 1, failure);
    }
    let finding = |(hook, (times, last)): (_, (usize, Failure<'_>))| {
        let often = if times == 1 { "once".to_owned() } else { format!("{times} times") };
        let Failure { at, session, state, problem, .. } = last;
        let when = rfc3339(at);
        let message =
            format!("{hook} failed {often}, last at {when} when {session} was {state}: {problem}");
        Finding::mend("hook", message, "alc daemon log".to_owned())
    };
    failures.into_iter().map(finding).collect()
}

/// A line of the log.
#[derive(Clone, Copy, Debug)]
struct Failure<'a> {
    at: i64,
    /// The command.
    hook: &'a str,
    session: &'a str,
    state: &'a str,
    problem: &'a str,
}

impl<'a> Failure<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (at, text) = line.split_once(' ')?;
        let (at, text) = (at.parse().ok()?, text.strip_prefix(FAILED)?);
        // A command may have the same words.
        text.match_indices(" on ").find_map(|(place, on)| {
            let (hook, rest) = (&text[..place], &text[place + on.len()..]);
            let (what, problem) = rest.split_once(": ")?;
            let (session, state) = what.split_once(' ')?;
            session.parse::<SessionId>().ok()?;
            StateName::parse(state)?;
            Some(Self { at, hook, session, state, problem })
        })
    }
}

fn tail(log: &Path) -> io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hook_that_failed_of_late_is_told_once() {
        let log = "\
            5 hook failed: old on k7fq2m9d done: exit status: 1\n\
            20 alcd 0.1.0 serves /h, 0 sessions go on\n\
            21 hook failed: mail on error on k7fq2m9d failed: took longer than 1s\n\
            a hook's own words\n\
            22 hook failed: say on k7fq2m9d done: exit status: 1\n\
            23 hook failed: say on k7fq2m9e done: exit status: 2: x\n\
            24 hook failed: say on k7fq2m9e\n";
        let findings = findings(log, 20);
        let messages: Vec<_> = findings.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "mail on error failed once, last at 1970-01-01T00:00:00.021Z when k7fq2m9d was failed: \
                 took longer than 1s",
                "say failed 2 times, last at 1970-01-01T00:00:00.023Z when k7fq2m9e was done: \
                 exit status: 2: x",
            ]
        );
        assert!(findings.iter().all(|found| !found.sound && found.hint.is_some()));
    }
}
