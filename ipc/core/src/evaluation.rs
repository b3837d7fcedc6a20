//! Stored evaluations as people and programs see them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A stored evaluation.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "evaluation")]
pub struct EvaluationView {
    /// [`FORMAT`](crate::FORMAT).
    pub v: u32,
    /// Its id.
    pub eval_id: String,
    /// What was evaluated.
    pub strategy: String,
    /// When it ended.
    pub created_at: i64,
    /// The share of cases that passed.
    pub pass_rate: f64,
    /// The mean of the cases' scores.
    pub mean_score: f64,
    /// How many cases there were.
    pub total_cases: u64,
    /// How many passed.
    pub passed: u64,
    /// How many queries its session asked.
    pub llm_calls: u64,
    /// How long its session took.
    pub elapsed_ms: u64,
    /// The same in words.
    pub summary: String,
    /// All of it, by `evals show`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub report: Option<Box<RawValue>>,
}

/// Two stored evaluations, compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "comparison")]
pub struct ComparisonView {
    /// [`FORMAT`](crate::FORMAT).
    pub v: u32,
    /// The first.
    pub a: ComparedView,
    /// The second.
    pub b: ComparedView,
    /// How they differ.
    pub comparison: DifferenceView,
}

/// One of two evaluations that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparedView {
    /// Its id.
    pub eval_id: String,
    /// What was evaluated.
    pub strategy: String,
    /// The cases' scores.
    pub scores: ScoresView,
    /// The share of cases that passed.
    pub pass_rate: f64,
    /// How probable it is that one case passes.
    pub pass_at_1: f64,
    /// Where the true mean lies with a probability of 95 %.
    pub ci_95: IntervalView,
}

/// What many scores are like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScoresView {
    /// How many.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, as of a sample.
    pub std_dev: f64,
    /// The least.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The one in the middle.
    pub median: f64,
}

/// From where to where.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IntervalView {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// How two evaluations differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DifferenceView {
    /// By how much the first one's mean is larger.
    pub delta_mean: f64,
    /// Welch's test of it.
    pub welch_t: WelchView,
    /// The better one, where the difference is significant.
    pub winner: Winner,
    /// The same in words.
    pub summary: String,
}

/// What Welch's test says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WelchView {
    /// The statistic; absent where the scores differ and none of them varies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t_stat: Option<f64>,
    /// Degrees of freedom.
    pub df: f64,
    /// Whether chance would do so less often than once in 20 times.
    pub significant: bool,
    /// Which mean is larger.
    pub direction: Direction,
}

/// Which of two means is larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Direction {
    /// The first.
    #[serde(rename = "a>b")]
    First,
    /// The second.
    #[serde(rename = "a<b")]
    Second,
    /// Neither.
    #[serde(rename = "equal")]
    Equal,
    /// One has fewer than two cases.
    #[serde(rename = "insufficient_data")]
    Unknown,
}

/// The better one of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Winner {
    /// The first.
    A,
    /// The second.
    B,
    /// Neither, as far as can be told.
    None,
}
