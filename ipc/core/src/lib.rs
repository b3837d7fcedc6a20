//! What a session is, without a clock, I/O or threads: ids, events, the state machine and replay
//! matching. Everything here is a function of its arguments.

mod budget;
mod duration;
mod evaluation;
mod event;
mod id;
mod name;
mod outcome;
mod package;
mod query;
mod replay;
mod script;
mod size;
mod spec;
mod state;
mod tally;
mod view;

pub use budget::{Budget, tokens};
pub use duration::{BadDuration, parse_duration};
pub use evaluation::{
    ComparedView, ComparisonView, DifferenceView, Direction, EvaluationView, IntervalView,
    ScoresView, WelchView, Winner,
};
pub use event::{
    Answered, Asked, Entry, Event, LogLine, Note, PayloadKind, Progress, ShownEntry, Usage,
};
pub use id::{BadId, BadReference, QueryId, Reference, Seq, SessionId, SessionRef};
pub use name::{BadName, IfExists, Key, Label, Name};
pub use outcome::{CancelReason, ErrorKind, Outcome, ReasonCode, SessionError};
pub use package::{
    FindingKind, FindingLevel, FindingView, InstalledView, LinkedView, LockedPackage, NotDone,
    PackageKind, PackageMeta, PackagePlace, PackageScope, PackageSource, PackageView, RemovedView,
    ScenarioView, ScenariosView, UnlinkedView, UpdatedView, is_package_name,
};
pub use query::{ForkChild, Pause, PauseKind, Query};
pub use replay::{Call, CallKind, CallResult, Difference, Fingerprint, Lookup, Replay, Reply};
pub use script::{Caller, Limits, Program, Scenario, Script, Settings};
pub use size::{BadSize, parse_size};
pub use spec::{SearchPathView, SpecFileView, SpecsView, TestView};
pub use state::{Effect, Refused, State, StateName, Transition};
pub use tally::{Figures, Source, Stats, Tally, TokenCount};
pub use view::{
    EventView, FORMAT, LogEntry, PauseView, QueryView, ResultView, SessionKind, SessionView,
    UsageView,
};
