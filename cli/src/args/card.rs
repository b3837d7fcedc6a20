//! The arguments of `alc card`.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use serde_json::Value;

/// Records of runs.
#[derive(Debug, Subcommand)]
pub(crate) enum Card {
    /// List cards, newest first
    List(CardList),
    /// Print a card as its file has it
    Show(CardShow),
    /// List the cards that meet conditions
    Find(CardFind),
    /// Print a card's samples, a JSON object a line
    Samples(CardSamples),
    /// Print which cards a card came of, and which came of it
    Lineage(CardLineage),
    /// Compare a number in the samples of two cards: Welch's t-test
    Compare(CardCompare),
    /// List the names that cards have, or have a name mean a card
    Alias(CardAlias),
}

/// Many cards.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Without a terminal it prints card, package, created, model, scenario and pass rate, separated by tabs; \
with -q the cards' ids only.")]
pub(crate) struct CardList {
    #[command(flatten)]
    pub(crate) page: CardPage,
}

/// Which cards, and how many.
#[derive(Debug, ClapArgs)]
pub(crate) struct CardPage {
    /// Only cards of this package
    #[arg(long, value_name = "NAME")]
    pub(crate) pkg: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
    /// Without the first so many
    #[arg(long, value_name = "N")]
    pub(crate) offset: Option<u32>,
}

/// One card.
#[derive(Debug, ClapArgs)]
pub(crate) struct CardShow {
    /// The card: its id or an alias
    pub(crate) card: String,
}

const FIND_EXAMPLES: &str = r#"Examples:
  alc card find --where '{"stats":{"pass_rate":{"gte":0.8}}}'
  alc card find --pkg cot --order-by -stats.pass_rate
  alc card find --pkg cot --where '{"scenario":{"name":"math"}}' -q

In a condition a key stands for a member, and its value for what that must be: a value, a table of
operators (eq ne lt lte gt gte in nin exists contains starts_with), or a table of members. `_and` and
`_or` take lists of conditions, `_not` one. It prints what `alc card list` does."#;

/// Some cards.
#[derive(Debug, ClapArgs)]
#[command(after_help = FIND_EXAMPLES)]
pub(crate) struct CardFind {
    #[command(flatten)]
    pub(crate) page: CardPage,
    #[command(flatten)]
    pub(crate) conditions: Conditions,
    /// Order by this member, such as `stats.pass_rate`, or `-stats.pass_rate` for the largest first;
    /// may be repeated
    #[arg(long, value_name = "PATH", allow_hyphen_values = true)]
    pub(crate) order_by: Vec<String>,
}

/// What must hold.
#[derive(Debug, ClapArgs)]
pub(crate) struct Conditions {
    /// Only those that meet these conditions
    #[arg(long = "where", value_name = "JSON", value_parser = json)]
    pub(crate) holds: Option<Value>,
}

fn json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// A card's rows.
#[derive(Debug, ClapArgs)]
pub(crate) struct CardSamples {
    /// The card: its id or an alias
    pub(crate) card: String,
    #[command(flatten)]
    pub(crate) conditions: Conditions,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// Without the first so many
    #[arg(long, value_name = "N")]
    pub(crate) offset: Option<u64>,
}

/// Which way to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Direction {
    /// To what the card came of
    Up,
    /// To what came of it
    Down,
    /// Both
    Both,
}

/// A family of cards.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Without a terminal it prints depth (negative for what the card came of), card, package and relation, \
separated by tabs.")]
pub(crate) struct CardLineage {
    /// The card: its id or an alias
    pub(crate) card: String,
    /// Which way to go
    #[arg(long, value_enum, value_name = "WHICH", default_value = "both")]
    pub(crate) direction: Direction,
    /// How far to go
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) depth: u32,
    /// Follow only this relation; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) relation: Vec<String>,
}

/// Two cards.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
It prints `key=value` lines. Where the numbers of neither card vary, any difference is significant and \
there is no t_stat; of a single number nothing can be told.")]
pub(crate) struct CardCompare {
    /// A card: its id or an alias
    pub(crate) a: String,
    /// The other one
    pub(crate) b: String,
    /// The number to compare, a member of each sample
    #[arg(long, value_name = "NAME", default_value = "score")]
    pub(crate) metric: String,
    /// How unlikely chance must be for a winner
    #[arg(long, value_name = "P", default_value_t = 0.05, value_parser = alpha)]
    pub(crate) alpha: f64,
    #[command(flatten)]
    pub(crate) conditions: Conditions,
}

fn alpha(text: &str) -> Result<f64, &'static str> {
    let alpha: Option<f64> = text.parse().ok();
    alpha.filter(|alpha| *alpha > 0.0 && *alpha < 1.0).ok_or("it is a number between 0 and 1")
}

/// Names of cards.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Without a terminal the list is name, card, package, time and note, separated by tabs.")]
pub(crate) struct CardAlias {
    /// The name
    #[arg(requires = "card")]
    pub(crate) name: Option<String>,
    /// The card that it is to mean, whatever it meant before
    pub(crate) card: Option<String>,
    /// Only names for this package; or, for which package the new one is
    #[arg(long, value_name = "NAME")]
    pub(crate) pkg: Option<String>,
    /// Keep a note with it
    #[arg(long, value_name = "TEXT", requires = "name")]
    pub(crate) note: Option<String>,
}
