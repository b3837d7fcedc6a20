//! What a client may ask of the stores in the data folder: cards, and the values of `alc.state`.

use serde::{Deserialize, Serialize};

use crate::Json;

/// About cards. Options and queries are the tables that `alc.card` takes, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardRequest {
    /// Summaries of the cards that a query wants.
    Find(Json),
    /// One card, by its id or else by an alias.
    Show(String),
    /// A card's samples.
    Samples {
        /// Its id or alias.
        card: String,
        /// Which.
        options: Json,
        /// Where to go on reading; 0 at first.
        begin: u64,
    },
    /// What a card came of, or what came of it.
    Lineage {
        /// Its id or alias.
        card: String,
        /// How far.
        options: Json,
    },
    /// Whether the samples of two cards differ.
    Compare {
        /// The id or alias of one.
        a: String,
        /// And of the other.
        b: String,
        /// In which member, how surely.
        options: Json,
    },
    /// The aliases, of those for a package or of all.
    Aliases(Option<String>),
    /// Have a name mean a card.
    SetAlias {
        /// The name.
        name: String,
        /// The card's id.
        card: String,
        /// For which package.
        pkg: Option<String>,
        /// Kept with it.
        note: Option<String>,
    },
}

/// The place of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// In whose file it is; a key `prefix:id` has its own.
    pub namespace: String,
    /// The key.
    pub key: String,
}

/// About the values of `alc.state`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValueRequest {
    /// The keys of a namespace, or of all.
    List(Option<String>),
    /// One value.
    Get(Place),
    /// Put a value there.
    Set {
        /// Where.
        place: Place,
        /// The value.
        value: Json,
        /// Only if there is none.
        only_new: bool,
    },
    /// Take a value away.
    Delete(Place),
    /// Take steps and fields out of a value that has a file of its own.
    Reset {
        /// The folder of the file.
        folder: String,
        /// Its name.
        key: String,
        /// Which steps and fields, as `alc.state.reset` takes them.
        options: Json,
    },
}
