//! What the stores have, as JSON: cards, and the values of `alc.state`.

use alc_core::FORMAT;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// A card in a list, by `card list` and `card find`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "card_summary")]
pub(crate) struct SummaryLine {
    v: u32,
    #[serde(flatten)]
    summary: Summary,
}

/// What is shown of a card in a list.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Summary {
    /// Its id.
    pub(crate) card_id: String,
    /// Its package.
    pub(crate) pkg: String,
    /// When it was made, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<String>,
    /// `model.id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    /// `run.flow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flow: Option<String>,
    /// `scenario.name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scenario: Option<String>,
    /// `stats.pass_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pass_rate: Option<Number>,
}

/// A card, by `card show`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "card")]
pub(crate) struct CardLine<'a> {
    v: u32,
    /// All that it says.
    card: &'a Map<String, Value>,
}

/// A card's sample, by `card samples`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "sample")]
pub(crate) struct SampleLine<'a> {
    v: u32,
    /// The row as it was written.
    row: &'a Value,
}

/// Which cards came of which, by `card lineage`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "lineage")]
pub(crate) struct LineageLine<'a> {
    v: u32,
    #[serde(flatten)]
    lineage: &'a Lineage,
}

/// Which cards came of which.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Lineage {
    /// The id of the card that was asked about.
    pub(crate) root: String,
    /// The cards, that one first.
    pub(crate) nodes: Vec<Node>,
    /// Which came of which.
    pub(crate) edges: Vec<Edge>,
    /// Whether there are more, deeper.
    pub(crate) truncated: bool,
}

/// A card in a lineage.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Node {
    /// Its id.
    pub(crate) card_id: String,
    /// Its package.
    pub(crate) pkg: String,
    /// How many steps away it is; negative for what the card came of.
    pub(crate) depth: i64,
    /// The card that it says it came of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prior_card_id: Option<String>,
    /// In what way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prior_relation: Option<String>,
    /// Its `stats`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stats: Option<Map<String, Value>>,
}

/// That a card came of another.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Edge {
    /// The later one's id.
    pub(crate) from: String,
    /// The earlier one's.
    pub(crate) to: String,
    /// In what way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relation: Option<String>,
}

/// Whether the samples of two cards differ, by `card compare`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "card_comparison")]
pub(crate) struct ComparisonLine<'a> {
    v: u32,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

/// Whether the samples of two cards differ.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Comparison {
    /// The member that was compared.
    pub(crate) metric: String,
    /// How unlikely chance had to be.
    pub(crate) alpha: f64,
    /// One card.
    pub(crate) a: Side,
    /// The other.
    pub(crate) b: Side,
    /// The difference of the means, a less b.
    pub(crate) delta: f64,
    /// Welch's t; missing where neither card's numbers vary and the means differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) t_stat: Option<f64>,
    /// Its degrees of freedom.
    pub(crate) df: f64,
    /// How likely chance alone makes such a difference.
    pub(crate) p_value: f64,
    /// Whether that is less than `alpha`.
    pub(crate) significant: bool,
    /// `a`, `b` or `none`.
    pub(crate) winner: String,
}

/// A card in a comparison.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Side {
    /// Its id.
    pub(crate) card_id: String,
    /// How many samples counted.
    pub(crate) n: u64,
    /// Their mean.
    pub(crate) mean: f64,
}

/// A name of a card, by `card alias`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "alias")]
pub(crate) struct AliasLine<'a> {
    v: u32,
    #[serde(flatten)]
    alias: &'a Alias,
}

/// A name of a card.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Alias {
    /// The name.
    pub(crate) name: String,
    /// The card that it means.
    pub(crate) card_id: String,
    /// For which package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pkg: Option<String>,
    /// Since when, in RFC 3339.
    pub(crate) set_at: String,
    /// What was noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

/// A key of `alc.state`, by `kv list`, `kv set` and `kv delete`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "key")]
pub(crate) struct KeyLine {
    v: u32,
    #[serde(flatten)]
    key: Key,
}

/// A key of `alc.state`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Key {
    /// Its namespace; in a list, missing where the key has a file of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    /// The key.
    pub(crate) key: String,
}

/// A value of `alc.state`, by `kv get`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "value")]
pub(crate) struct ValueLine<'a> {
    v: u32,
    /// The namespace that was asked.
    namespace: &'a str,
    /// The key.
    key: &'a str,
    /// The value.
    value: &'a Value,
}

/// What was taken out of a value, by `kv reset`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename = "reset")]
pub(crate) struct ResetLine<'a> {
    v: u32,
    #[serde(flatten)]
    reset: &'a Reset,
}

/// What was taken out of a value.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(crate) struct Reset {
    /// The file with what was there before.
    pub(crate) backup_path: String,
    /// The steps that were there.
    pub(crate) steps_removed: Vec<Value>,
    /// The fields that were there.
    pub(crate) fields_removed: Vec<Value>,
}

impl SummaryLine {
    pub(crate) fn new(summary: Summary) -> Self {
        Self { v: FORMAT, summary }
    }
}

impl<'a> CardLine<'a> {
    pub(crate) fn new(card: &'a Map<String, Value>) -> Self {
        Self { v: FORMAT, card }
    }
}

impl<'a> SampleLine<'a> {
    pub(crate) fn new(row: &'a Value) -> Self {
        Self { v: FORMAT, row }
    }
}

impl<'a> LineageLine<'a> {
    pub(crate) fn new(lineage: &'a Lineage) -> Self {
        Self { v: FORMAT, lineage }
    }
}

impl<'a> ComparisonLine<'a> {
    pub(crate) fn new(comparison: &'a Comparison) -> Self {
        Self { v: FORMAT, comparison }
    }
}

impl<'a> AliasLine<'a> {
    pub(crate) fn new(alias: &'a Alias) -> Self {
        Self { v: FORMAT, alias }
    }
}

impl KeyLine {
    pub(crate) fn new(key: Key) -> Self {
        Self { v: FORMAT, key }
    }
}

impl<'a> ValueLine<'a> {
    pub(crate) fn new(namespace: &'a str, key: &'a str, value: &'a Value) -> Self {
        Self { v: FORMAT, namespace, key, value }
    }
}

impl<'a> ResetLine<'a> {
    pub(crate) fn new(reset: &'a Reset) -> Self {
        Self { v: FORMAT, reset }
    }
}
