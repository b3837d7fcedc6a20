//! What a session runs, and for whom.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Name, SessionKind};

use crate::Budget;

/// A Lua chunk with all that its run depends on; pinned when the session is spawned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// How it is run: as it is, or as the scenario of an evaluation.
    pub kind: SessionKind,
    /// The Lua source, a function body.
    pub source: String,
    /// What messages call it, for example `review.lua`.
    pub chunk: String,
    /// The JSON object that it finds as `ctx`; of an evaluation, what is evaluated and how.
    pub ctx: String,
    /// Seeds its random numbers.
    pub seed: u64,
    /// When the session was spawned, in Unix milliseconds; its elapsed time counts from here.
    pub started_at: i64,
    /// How long that clock stood still, in milliseconds: a branch goes on in the time of what it was
    /// branched off.
    pub stood_still: i64,
    /// What it may use.
    pub budget: Budget,
    /// What it finds in `alc.env`.
    pub env: BTreeMap<String, String>,
    /// What the settings say that counts for it.
    pub settings: Settings,
    /// What it sees of who spawned it.
    pub caller: Caller,
}

/// What a session's project and its user have settled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `card.run`: whether cards are kept that tell of a run.
    pub card_run: bool,
    /// Why the settings could not be read; it is raised where one of them counts.
    pub problem: Option<String>,
}

/// What a session sees of who spawned it; fixed from then on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The working folder, an absolute path: relative paths and child processes start there. `None`
    /// where it cannot be written as text.
    pub folder: Option<String>,
    /// The root of the project that it belongs to, an absolute path.
    pub project: Option<String>,
    /// The environment variables that are passed on.
    pub env: BTreeMap<String, String>,
}

impl Caller {
    /// The most bytes that all of it may have.
    pub const LIMIT: usize = 256 << 10;

    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> usize {
        let paths = [&self.folder, &self.project].into_iter().flatten().map(String::len);
        let variables = self.env.iter().map(|(name, value)| name.len() + value.len());
        paths.chain(variables).sum()
    }
}

/// What a session may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// It is cancelled when it has not ended so long after its start, in milliseconds.
    pub deadline: Option<u64>,
    /// The most queries it may ask; what its `ctx` says of that counts, too.
    pub max_llm_calls: Option<u64>,
}

/// What a session runs: one variant for each kind of session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Program {
    /// Lua source.
    Run {
        /// A function body.
        source: String,
        /// What messages call it, for example `review.lua`.
        chunk: String,
    },
    /// The `run` function of a package.
    Advice {
        /// The package's name.
        strategy: Name,
    },
    /// A strategy, once for each case of a scenario; the `ctx` is what each run finds in its own.
    Eval {
        /// The cases, and how answers are judged.
        scenario: Scenario,
        /// The package's name.
        strategy: Name,
        /// Whether a card is made of the report.
        auto_card: bool,
    },
}

/// Where a scenario comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scenario {
    /// Lua source that returns it.
    Source {
        /// A function body.
        source: String,
        /// What messages call it, for example `quiz.lua`.
        chunk: String,
    },
    /// The data folder has it under this name.
    Named(Name),
}

impl Program {
    /// The kind of session that runs it.
    #[must_use]
    pub fn kind(&self) -> SessionKind {
        match self {
            Self::Run { .. } => SessionKind::Run,
            Self::Advice { .. } => SessionKind::Advice,
            Self::Eval { .. } => SessionKind::Eval,
        }
    }
}
