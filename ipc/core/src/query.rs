//! What a script asks: a query, and the pause in which one or several of them are open.

use serde::{Deserialize, Serialize};

/// One question as the script put it; its number is given beside it, since the same question may be
/// asked twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Query {
    /// What to answer.
    pub prompt: String,
    /// The system prompt, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// How long the answer may be, in tokens.
    pub max_tokens: u64,
    /// The answer should rest on outside evidence.
    #[serde(default, skip_serializing_if = "is_false")]
    pub grounded: bool,
    /// The question needs what only a person or an outside source knows.
    #[serde(default, skip_serializing_if = "is_false")]
    pub underspecified: bool,
    /// A hint for prompt caches, passed on as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_breakpoint: Option<String>,
    /// Who should answer, for example `grader`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Which child of an `alc.fork` asks, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<ForkChild>,
}

/// One of the strategies that a script runs side by side, by `alc.fork`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForkChild {
    /// Its place among them, from 1.
    pub place: u32,
    /// What it runs.
    pub strategy: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Whether a pause began with one query or with several; it stays so while some are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PauseKind {
    /// One query.
    Single,
    /// Several queries, open at the same time.
    Batch,
}

/// The open queries of a paused session; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    kind: PauseKind,
    open: Vec<u32>,
}

impl Pause {
    /// A pause that opens `count` queries, the first of them numbered `first`; `None` for none.
    #[must_use]
    pub fn new(first: u32, count: u32) -> Option<Self> {
        let kind = if count == 1 { PauseKind::Single } else { PauseKind::Batch };
        Self::with_open(kind, (first..first.checked_add(count)?).collect())
    }

    /// A pause of which the queries in `open` still wait; `None` if there is none.
    #[must_use]
    pub fn with_open(kind: PauseKind, mut open: Vec<u32>) -> Option<Self> {
        open.sort_unstable();
        (!open.is_empty()).then_some(Self { kind, open })
    }

    /// Whether it began with one query or several.
    #[must_use]
    pub fn kind(&self) -> PauseKind {
        self.kind
    }

    /// The numbers of the open queries, ascending.
    #[must_use]
    pub fn open(&self) -> &[u32] {
        &self.open
    }

    /// The open query with the lowest number.
    #[must_use]
    pub fn lowest(&self) -> u32 {
        self.open.first().copied().unwrap_or_default()
    }

    /// Whether query `number` waits for its answer.
    #[must_use]
    pub fn is_open(&self, number: u32) -> bool {
        self.open.binary_search(&number).is_ok()
    }

    /// What is left when these queries are answered; `None` when that ends the pause.
    #[must_use]
    pub fn without(&self, answered: &[u32]) -> Option<Self> {
        let open = self.open.iter().copied().filter(|number| !answered.contains(number)).collect();
        Self::with_open(self.kind, open)
    }
}
