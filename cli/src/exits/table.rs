//! The table of exit codes: a row for each verb, with what each code says there.

use crate::exit::Exit;

/// A verb that talks to the daemon, or one that does not.
pub(super) type Row = (&'static str, Reach, &'static [(Exit, &'static str)]);

/// How far a verb reaches, and so what may be in its way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reach {
    /// It makes its answer itself.
    Local,
    /// It looks for the data folder; without a daemon it can answer too.
    Folder,
    /// It has a child of its own, the daemon's program, do what is asked.
    Tool,
    /// It talks to the daemon.
    Daemon,
}

impl Reach {
    /// What a verb may end with, whatever it does.
    pub(super) fn exits(self) -> &'static [Exit] {
        match self {
            Self::Local => &[Exit::Usage, Exit::Bug, Exit::OutputLost],
            Self::Folder => &[Exit::Usage, Exit::Bug, Exit::OutputLost, Exit::Damaged],
            Self::Tool | Self::Daemon => &[
                Exit::Usage,
                Exit::Unreachable,
                Exit::Bug,
                Exit::OutputLost,
                Exit::TryAgain,
                Exit::NoProtocol,
                Exit::NotPermitted,
                Exit::Damaged,
            ],
        }
    }
}

const UNKNOWN: (Exit, &str) = (Exit::NotFound, "there is no such session");
const STARTED: (Exit, &str) = (
    Exit::Done,
    "the session exists, its id is printed; with --check: it loads; with --wait: it is done",
);
const NO_PACKAGE: (Exit, &str) = (Exit::NotFound, "there is no such package");
const NO_EVALUATION: (Exit, &str) = (Exit::NotFound, "no evaluation of that id is stored");
const NO_CARD: (Exit, &str) = (Exit::NotFound, "there is no such card");
const NO_VALUE: (Exit, &str) = (Exit::NotFound, "there is no such value");
const AMBIGUOUS: (Exit, &str) = (Exit::Conflict, "several ids begin like this");
const FAILED: (Exit, &str) = (Exit::Failed, "the session failed");
const CANCELLED: (Exit, &str) = (Exit::Cancelled, "the session was cancelled");
const NO_ANSWER: (Exit, &str) = (Exit::NoAnswer, "a query is still open: its command failed");
const TIMED_OUT: (Exit, &str) = (Exit::TimedOut, "--timeout passed");

/// In the order of `alc help`.
pub(super) const VERBS: &[Row] = &[
    (
        "run",
        Reach::Daemon,
        &[
            (
                Exit::Done,
                "the session is done; its result is printed; with --check: the script loads",
            ),
            (Exit::Failed, "the session failed; or the script does not load, no session exists"),
            CANCELLED,
            NO_PACKAGE,
            (
                Exit::Conflict,
                "the name is in use, the key was used for something else, or another driver",
            ),
            (Exit::Pending, "--max-queries were answered, and it asks more"),
            NO_ANSWER,
            TIMED_OUT,
        ],
    ),
    (
        "spawn",
        Reach::Daemon,
        &[
            STARTED,
            (Exit::Failed, "the script does not load, no session exists; with --wait: it failed"),
            (Exit::Cancelled, "with --wait: it was cancelled"),
            NO_PACKAGE,
            (Exit::Conflict, "the name is in use, or the key was used for something else"),
            (Exit::Pending, "with --wait: it is paused"),
            TIMED_OUT,
        ],
    ),
    (
        "advice",
        Reach::Daemon,
        &[
            STARTED,
            (Exit::Failed, "the package does not load, no session exists; with --wait: it failed"),
            (Exit::Cancelled, "with --wait: it was cancelled"),
            NO_PACKAGE,
            (Exit::Conflict, "the name is in use, or the key was used for something else"),
            (Exit::Pending, "with --wait: it is paused"),
            TIMED_OUT,
        ],
    ),
    (
        "eval",
        Reach::Daemon,
        &[
            STARTED,
            (
                Exit::Failed,
                "scenario or package do not load, no session exists; with --wait: it failed",
            ),
            (Exit::Cancelled, "with --wait: it was cancelled"),
            (Exit::NotFound, "there is no such scenario or package"),
            (Exit::Conflict, "the name is in use, or the key was used for something else"),
            (Exit::Pending, "with --wait: it is paused"),
            TIMED_OUT,
        ],
    ),
    (
        "state",
        Reach::Daemon,
        &[
            (Exit::Done, "printed"),
            (Exit::Failed, "with --exit-code: it failed"),
            (Exit::Cancelled, "with --exit-code: it was cancelled"),
            UNKNOWN,
            AMBIGUOUS,
            (Exit::Pending, "with --exit-code: it is running or paused"),
        ],
    ),
    (
        "list",
        Reach::Daemon,
        &[
            (Exit::Done, "printed, also when there are none"),
            (Exit::NotFound, "there is no such session as --after names"),
            AMBIGUOUS,
        ],
    ),
    (
        "prompt",
        Reach::Daemon,
        &[
            (Exit::Done, "printed"),
            UNKNOWN,
            (Exit::Conflict, "several ids begin like this, or it never asked this query"),
            (Exit::Ended, "it asks nothing more: it has ended"),
            (Exit::Pending, "with --no-wait: no query is open"),
            TIMED_OUT,
        ],
    ),
    (
        "resume",
        Reach::Daemon,
        &[
            (Exit::Done, "the answer is on disk, by this or an equal one before"),
            UNKNOWN,
            (
                Exit::Conflict,
                "not paused, already cancelled, answered otherwise, never asked, or ambiguous",
            ),
            (Exit::Ended, "with --next: the answer is stored, and it asks nothing more"),
            (Exit::TimedOut, "with --next: the answer is stored, and --timeout passed"),
        ],
    ),
    (
        "drive",
        Reach::Daemon,
        &[
            (Exit::Done, "it is done; its result is printed"),
            FAILED,
            CANCELLED,
            UNKNOWN,
            (Exit::Conflict, "somebody else drives it, or several ids begin like this"),
            (Exit::Pending, "--max-queries were answered, and it asks more"),
            NO_ANSWER,
            TIMED_OUT,
        ],
    ),
    (
        "watch",
        Reach::Daemon,
        &[
            (Exit::Done, "it is done, or --until is met"),
            FAILED,
            CANCELLED,
            UNKNOWN,
            AMBIGUOUS,
            TIMED_OUT,
        ],
    ),
    ("top", Reach::Daemon, &[(Exit::Done, "you have seen enough")]),
    ("inbox", Reach::Daemon, &[(Exit::Done, "you have seen enough")]),
    (
        "wait",
        Reach::Daemon,
        &[
            (Exit::Done, "done; with --for=prompt: a query is open"),
            FAILED,
            CANCELLED,
            (Exit::NotFound, "there is no such session, or none with these labels"),
            AMBIGUOUS,
            (Exit::Ended, "with --for=prompt: it is done and asks nothing more"),
            (Exit::Pending, "with --for=actionable: it is paused"),
            TIMED_OUT,
        ],
    ),
    (
        "result",
        Reach::Daemon,
        &[
            (Exit::Done, "it is done; its value is printed"),
            FAILED,
            CANCELLED,
            UNKNOWN,
            AMBIGUOUS,
            (Exit::Pending, "it has not ended"),
            TIMED_OUT,
        ],
    ),
    (
        "cancel",
        Reach::Daemon,
        &[(Exit::Done, "it ends for good, or had ended before"), UNKNOWN, AMBIGUOUS, TIMED_OUT],
    ),
    ("log", Reach::Daemon, &[(Exit::Done, "printed"), UNKNOWN, AMBIGUOUS]),
    ("note", Reach::Daemon, &[(Exit::Done, "the note is on disk"), UNKNOWN, AMBIGUOUS]),
    (
        "branch",
        Reach::Daemon,
        &[
            (Exit::Done, "the new session exists; its id is printed"),
            UNKNOWN,
            (Exit::Conflict, "it never asked this query, the name is in use, or ambiguous"),
        ],
    ),
    (
        "diff",
        Reach::Daemon,
        &[(Exit::Done, "printed, also where there is none"), UNKNOWN, AMBIGUOUS],
    ),
    (
        "export",
        Reach::Daemon,
        &[
            (Exit::Done, "it is in the file; with --move: and cancelled here"),
            UNKNOWN,
            (Exit::Conflict, "several ids begin like this; with --move: it does not stand still"),
            (Exit::CannotWrite, "cannot write the file"),
        ],
    ),
    (
        "import",
        Reach::Daemon,
        &[
            (Exit::Done, "the session goes on here; its id is printed"),
            (Exit::Conflict, "a session has or had the id, or has the name"),
            (Exit::Damaged, "the file cannot be read, is damaged, or of a newer release"),
        ],
    ),
    (
        "rm",
        Reach::Daemon,
        &[
            (Exit::Done, "it is gone for good"),
            UNKNOWN,
            (Exit::Conflict, "it has not ended, or several ids begin like this"),
            (Exit::Damaged, "it cannot be read; --force deletes it all the same"),
        ],
    ),
    ("gc", Reach::Daemon, &[(Exit::Done, "what was old enough is gone, if anything was")]),
    ("evals list", Reach::Folder, &[(Exit::Done, "printed, also when there are none")]),
    ("evals show", Reach::Folder, &[(Exit::Done, "printed"), NO_EVALUATION]),
    ("evals compare", Reach::Folder, &[(Exit::Done, "printed"), NO_EVALUATION]),
    (
        "report",
        Reach::Daemon,
        &[
            (Exit::Done, "written"),
            UNKNOWN,
            AMBIGUOUS,
            (Exit::CannotWrite, "cannot write the page"),
        ],
    ),
    ("pkg list", Reach::Tool, &[(Exit::Done, "printed, also when there are none")]),
    ("pkg show", Reach::Tool, &[(Exit::Done, "printed"), NO_PACKAGE]),
    (
        "pkg install",
        Reach::Tool,
        &[
            (Exit::Done, "what was absent is installed; what is there is left"),
            (Exit::NotFound, "no such repository, or none of these packages in it"),
            (Exit::CannotWrite, "a package cannot be written"),
        ],
    ),
    (
        "pkg link",
        Reach::Tool,
        &[
            (Exit::Done, "linked"),
            (Exit::Conflict, "a package of that name is installed, and there is no --force"),
        ],
    ),
    (
        "pkg unlink",
        Reach::Tool,
        &[(Exit::Done, "the link is gone"), NO_PACKAGE, (Exit::Conflict, "it is no link")],
    ),
    (
        "pkg remove",
        Reach::Tool,
        &[(Exit::Done, "it is gone"), NO_PACKAGE, (Exit::Conflict, "it is a link")],
    ),
    (
        "pkg update",
        Reach::Tool,
        &[
            (Exit::Done, "alc.lock says what alc.toml wants"),
            (Exit::NotFound, "a package cannot be had; the others are locked"),
        ],
    ),
    (
        "pkg new",
        Reach::Local,
        &[
            (Exit::Done, "its files are written; their paths are printed"),
            (Exit::Conflict, "something of that name is there"),
            (Exit::CannotWrite, "cannot write a file"),
        ],
    ),
    (
        "pkg types",
        Reach::Local,
        &[(Exit::Done, "printed or written"), (Exit::CannotWrite, "cannot write a file")],
    ),
    (
        "pkg doctor",
        Reach::Tool,
        &[(Exit::Done, "nothing is to be mended"), (Exit::Failed, "something is; it is printed")],
    ),
    (
        "pkg test",
        Reach::Tool,
        &[
            (Exit::Done, "every test passed"),
            (Exit::Failed, "a test failed, or a file outside of its tests"),
            (Exit::NotFound, "there is no such package or file, or no spec files"),
        ],
    ),
    ("scenario list", Reach::Tool, &[(Exit::Done, "printed, also when there are none")]),
    (
        "scenario show",
        Reach::Tool,
        &[(Exit::Done, "printed"), (Exit::NotFound, "there is no such scenario")],
    ),
    (
        "scenario install",
        Reach::Tool,
        &[
            (Exit::Done, "what was absent is installed; what is there is left"),
            (Exit::NotFound, "no such repository"),
            (Exit::CannotWrite, "a scenario cannot be written"),
        ],
    ),
    ("card list", Reach::Tool, &[(Exit::Done, "printed, also when there are none")]),
    ("card show", Reach::Tool, &[(Exit::Done, "printed"), NO_CARD]),
    ("card find", Reach::Tool, &[(Exit::Done, "printed, also when there are none")]),
    ("card samples", Reach::Tool, &[(Exit::Done, "printed, also when there are none"), NO_CARD]),
    ("card lineage", Reach::Tool, &[(Exit::Done, "printed"), NO_CARD]),
    ("card compare", Reach::Tool, &[(Exit::Done, "printed, whoever wins"), NO_CARD]),
    ("card alias", Reach::Tool, &[(Exit::Done, "printed, or the name is set"), NO_CARD]),
    ("kv list", Reach::Tool, &[(Exit::Done, "printed, also when there are none")]),
    ("kv get", Reach::Tool, &[(Exit::Done, "printed"), NO_VALUE]),
    (
        "kv set",
        Reach::Tool,
        &[(Exit::Done, "it is there"), (Exit::Conflict, "with --if-absent: a value is there")],
    ),
    ("kv delete", Reach::Tool, &[(Exit::Done, "it is gone"), NO_VALUE]),
    ("kv reset", Reach::Tool, &[(Exit::Done, "they are taken out"), NO_VALUE]),
    (
        "daemon run",
        Reach::Daemon,
        &[
            (Exit::Done, "it was stopped"),
            (Exit::Conflict, "another daemon serves this data folder"),
        ],
    ),
    ("daemon start", Reach::Daemon, &[(Exit::Done, "it runs")]),
    (
        "daemon stop",
        Reach::Daemon,
        &[
            (Exit::Done, "it is gone, or did not run"),
            (Exit::Pending, "Lua is running, and there is no --force"),
            TIMED_OUT,
        ],
    ),
    (
        "daemon restart",
        Reach::Daemon,
        &[
            (Exit::Done, "the old one is gone, if there was one, and a new one runs"),
            (Exit::Pending, "Lua is running, and there is no --force"),
            TIMED_OUT,
        ],
    ),
    (
        "daemon status",
        Reach::Daemon,
        &[(Exit::Done, "it runs"), (Exit::Unreachable, "it does not run, or is wedged")],
    ),
    (
        "daemon log",
        Reach::Folder,
        &[(Exit::Done, "printed"), (Exit::NotFound, "no daemon has written one")],
    ),
    (
        "daemon install",
        Reach::Folder,
        &[
            (Exit::Done, "it starts whenever you log in; with --print: printed"),
            (Exit::Failed, "the platform starts nothing, and says why"),
            (Exit::CannotWrite, "cannot write the service's file"),
        ],
    ),
    (
        "daemon uninstall",
        Reach::Folder,
        &[
            (Exit::Done, "it is not installed any more, or was not"),
            (Exit::Failed, "the platform could not be told; its file is gone"),
        ],
    ),
    (
        "doctor",
        Reach::Folder,
        &[(Exit::Done, "there is nothing to mend"), (Exit::Failed, "there is something to mend")],
    ),
    ("config show", Reach::Folder, &[(Exit::Done, "printed")]),
    ("config path", Reach::Folder, &[(Exit::Done, "printed")]),
    (
        "completions",
        Reach::Local,
        &[(Exit::Done, "printed"), (Exit::Usage, "usage, or an unknown shell")],
    ),
    (
        "man",
        Reach::Local,
        &[(Exit::Done, "printed or written"), (Exit::CannotWrite, "cannot write a page")],
    ),
    (
        "help",
        Reach::Local,
        &[(Exit::Done, "printed"), (Exit::Usage, "usage, or an unknown command")],
    ),
    ("version", Reach::Folder, &[(Exit::Done, "printed")]),
];
