//! Exit codes: one meaning each, in every verb.

use std::process::ExitCode;

use alc_core::StateName;
use alc_ipc::ErrorCode;

/// How a command ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// What was asked for is done.
    Done = 0,
    /// What ran failed; at spawn: the script does not load.
    Failed = 1,
    /// Usage, or content that is refused.
    Usage = 2,
    /// The session was cancelled.
    Cancelled = 3,
    /// Not found.
    NotFound = 4,
    /// In the way of something else.
    Conflict = 5,
    /// No further query: the session ended.
    Ended = 7,
    /// Running or paused.
    Pending = 8,
    /// The answer command failed, the query is still open.
    NoAnswer = 9,
    /// The daemon is unreachable or wedged.
    Unreachable = 69,
    /// A bug in alc.
    Bug = 70,
    /// The output file cannot be written.
    CannotWrite = 73,
    /// Output is lost.
    OutputLost = 74,
    /// The connection is lost or the disk full: try again.
    TryAgain = 75,
    /// Client and daemon speak no common protocol.
    NoProtocol = 76,
    /// Not permitted.
    NotPermitted = 77,
    /// Configuration, journal or import file is unreadable or damaged.
    Damaged = 78,
    /// `--timeout` passed.
    TimedOut = 124,
}

impl Exit {
    /// Which one a verb that acts on many reports, first to last.
    const BULK: [Self; 18] = [
        Self::Bug,
        Self::Unreachable,
        Self::Damaged,
        Self::NotPermitted,
        Self::NoProtocol,
        Self::TryAgain,
        Self::CannotWrite,
        Self::OutputLost,
        Self::Usage,
        Self::Failed,
        Self::Cancelled,
        Self::NotFound,
        Self::Conflict,
        Self::NoAnswer,
        Self::TimedOut,
        Self::Ended,
        Self::Pending,
        Self::Done,
    ];

    /// Every one, by number.
    pub(crate) fn all() -> [Self; 18] {
        let mut all = Self::BULK;
        all.sort_unstable_by_key(|exit| *exit as u8);
        all
    }

    /// What it says after any verb.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Done => "asked for, done",
            Self::Failed => "what ran failed: the session; at spawn: the script does not load",
            Self::Usage => "usage, or content refused: no object, not UTF-8, too large, no file",
            Self::Cancelled => "the session was cancelled",
            Self::NotFound => "not found",
            Self::Conflict => {
                "conflict: not paused, cancelled, stale or unknown query, name in use, ambiguous id"
            }
            Self::Ended => "no further query: the session ended",
            Self::Pending => "pending: running or paused",
            Self::NoAnswer => "the answer command failed, the query is still open",
            Self::Unreachable => "daemon unreachable or wedged",
            Self::Bug => "a bug in alc",
            Self::CannotWrite => "cannot write the output file",
            Self::OutputLost => "output lost",
            Self::TryAgain => "connection lost, or disk full: try again",
            Self::NoProtocol => "client and daemon speak no common protocol",
            Self::NotPermitted => "not permitted",
            Self::Damaged => "configuration, journal or import file unreadable or damaged",
            Self::TimedOut => "--timeout passed",
        }
    }

    /// What a verb that acts on many reports, if this and `other` are what became of two.
    pub(crate) fn with(self, other: Self) -> Self {
        Self::BULK.into_iter().find(|exit| [self, other].contains(exit)).unwrap_or(self)
    }

    /// How a verb that waits for the end of a session reports where it stands.
    pub(crate) fn of_state(state: StateName) -> Self {
        match state {
            StateName::Done => Self::Done,
            StateName::Failed => Self::Failed,
            StateName::Cancelled => Self::Cancelled,
            StateName::Running | StateName::Paused => Self::Pending,
        }
    }

    /// How a refusal of the daemon ends a command.
    pub(crate) fn of_refusal(code: ErrorCode) -> Self {
        match code {
            ErrorCode::NotFound | ErrorCode::UnknownStrategy | ErrorCode::UnknownScenario => {
                Self::NotFound
            }
            ErrorCode::Ambiguous
            | ErrorCode::NotPaused
            | ErrorCode::AlreadyCancelled
            | ErrorCode::StaleQuery
            | ErrorCode::UnknownQuery
            | ErrorCode::NameInUse
            | ErrorCode::KeyInUse
            | ErrorCode::OtherDriver
            | ErrorCode::IdInUse
            | ErrorCode::WentOn
            | ErrorCode::NotEnded
            | ErrorCode::InTheWay => Self::Conflict,
            ErrorCode::DoesNotLoad => Self::Failed,
            ErrorCode::Invalid | ErrorCode::TooLarge => Self::Usage,
            ErrorCode::DiskFull | ErrorCode::Unavailable => Self::TryAgain,
            ErrorCode::Damaged => Self::Damaged,
            ErrorCode::NotPermitted => Self::NotPermitted,
            ErrorCode::Incompatible => Self::NoProtocol,
            ErrorCode::Internal => Self::Bug,
        }
    }

    /// Whether the same command may succeed a little later.
    pub(crate) fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::NoAnswer | Self::Unreachable | Self::TryAgain | Self::TimedOut
        )
    }

    /// Whether it tells of one session, so that a verb that acts on many goes on with the next.
    pub(crate) fn is_about_one(self) -> bool {
        matches!(
            self,
            Self::Failed
                | Self::Cancelled
                | Self::NotFound
                | Self::Conflict
                | Self::NoAnswer
                | Self::TimedOut
                | Self::Ended
                | Self::Pending
                | Self::Damaged
        )
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_applies_wins_in_bulk() {
        let of = |exits: &[Exit]| exits.iter().fold(Exit::Done, |all, exit| all.with(*exit));
        assert_eq!(of(&[]), Exit::Done);
        assert_eq!(of(&[Exit::Pending, Exit::Done, Exit::TimedOut]), Exit::TimedOut);
        assert_eq!(of(&[Exit::NotFound, Exit::Cancelled, Exit::Failed]), Exit::Failed);
        assert_eq!(of(&[Exit::Conflict, Exit::NotFound]), Exit::NotFound);
        assert_eq!(of(&[Exit::Failed, Exit::Unreachable, Exit::Bug]), Exit::Bug);
    }

    #[test]
    fn every_code_has_its_place_in_bulk() {
        for exit in Exit::BULK {
            assert_eq!(exit.with(exit), exit);
            assert_eq!(Exit::Done.with(exit), exit);
        }
    }

    #[test]
    fn every_refusal_has_an_exit_code_of_the_table() {
        for code in ErrorCode::ALL {
            assert_ne!(Exit::of_refusal(code), Exit::Done, "{}", code.as_str());
        }
    }
}
