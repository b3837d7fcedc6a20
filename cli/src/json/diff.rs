//! Where two histories part, by `diff`.

use alc_core::{FORMAT, SessionId, StateName};
use serde::Serialize;

/// What is compared of a history, a piece at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum PieceKind {
    /// A question.
    Prompt,
    /// Its answer, or that there is none yet.
    Answer,
    /// A line of the log.
    Log,
    /// How far it says it is.
    Progress,
    /// How it ended.
    End,
}

/// Where two histories part, by `diff`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "diff")]
pub(crate) struct DiffLine<'a> {
    v: u32,
    a: DiffSide<'a>,
    b: DiffSide<'a>,
    /// How many answers they share before that.
    shared_answers: usize,
    /// Missing if they do not differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    parts_at: Option<PartsAt<'a>>,
    /// All that differs, in the form of `diff -u`.
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<&'a str>,
}

/// One of two sessions.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct DiffSide<'a> {
    /// Which.
    session: &'a SessionId,
    /// Where it stands.
    state: StateName,
}

/// The first difference.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct PartsAt<'a> {
    /// What differs.
    pub(crate) kind: PieceKind,
    /// The number of the query, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) query: Option<u32>,
    /// What the first session has there, in lines as a transcript has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) a: Option<&'a str>,
    /// What the second one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) b: Option<&'a str>,
}

impl<'a> DiffLine<'a> {
    pub(crate) fn new(
        [a, b]: [DiffSide<'a>; 2],
        shared_answers: usize,
        parts_at: Option<PartsAt<'a>>,
        diff: Option<&'a str>,
    ) -> Self {
        Self { v: FORMAT, a, b, shared_answers, parts_at, diff }
    }
}

impl<'a> DiffSide<'a> {
    pub(crate) fn new(session: &'a SessionId, state: StateName) -> Self {
        Self { session, state }
    }
}
