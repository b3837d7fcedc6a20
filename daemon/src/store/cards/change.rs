//! Changes: decided, written down, made. A change that was written down before the process ended is
//! taken up again: it is made unless it was, and never laid over what somebody did since.

use std::{fs, fs::File, path::Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    CardError, Cards, Members,
    alias::Alias,
    card::Card,
    check_name,
    text::{self, without_nulls},
};
use crate::{clock, store::file};

/// What somebody wants changed.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// A new card.
    Create(Value),
    /// New members of a card.
    Append { id: String, fields: Value },
    /// A card's samples, a row a line.
    Samples { id: String, lines: String },
    /// A name for a card.
    Alias { name: String, id: String, pkg: Option<String>, note: Option<String> },
}

/// What is fixed when a change is decided, so that it is the same when it is taken up again.
#[derive(Debug, Serialize, Deserialize)]
enum Decided {
    Create(Card),
    Append,
    Samples,
    Alias(Box<Rebinding>),
}

/// What a name meant, and what it is to mean.
#[derive(Debug, Serialize, Deserialize)]
struct Rebinding {
    before: Option<Alias>,
    after: Alias,
}

/// A change that is not made yet. Others wait until it is, or is dropped.
#[derive(Debug)]
pub(crate) struct Change {
    cards: Cards,
    wanted: Wanted,
    decided: Decided,
    _lock: File,
}

impl Cards {
    /// Decides a change.
    pub(crate) fn decide(&self, wanted: Wanted) -> Result<Change, CardError> {
        let lock = self.lock()?;
        let decided = match &wanted {
            Wanted::Create(given) => {
                let taken = |id: &str| Ok(self.find(id)?.is_some());
                let card = Card::complete(given.clone(), clock::now(), taken)?;
                text::write(&card.members)?;
                self.contained(&self.place(card.pkg.clone(), card.id.clone()).path)?;
                Decided::Create(card)
            }
            Wanted::Append { id, fields } => {
                let card = self.card(&self.existing(id)?)?;
                let fields = added(fields)?;
                refuse_set(fields.keys().find(|name| card.contains_key(*name)))?;
                text::write(&card.into_iter().chain(fields).collect())?;
                Decided::Append
            }
            Wanted::Samples { id, .. } => {
                let place = self.existing(id)?;
                self.contained(&place.path)?;
                if place.samples().symlink_metadata().is_ok() {
                    return Err(samples_exist(id));
                }
                Decided::Samples
            }
            Wanted::Alias { name, id, pkg, note } => {
                check_name("alias", name)?;
                self.existing(id)?;
                let before = self.alias_file()?.find(name).cloned();
                let now = Timestamp::from_millisecond(clock::now()).unwrap_or_default();
                let set_at = format!("{now:.0}");
                let (name, card_id, more) = (name.clone(), id.clone(), Members::new());
                let (pkg, note) = (pkg.clone(), note.clone());
                let after = Alias { name, card_id, pkg, set_at, note, more };
                Decided::Alias(Box::new(Rebinding { before, after }))
            }
        };
        Ok(Change { cards: self.clone(), wanted, decided, _lock: lock })
    }

    /// A change that was decided and written down before the process ended.
    pub(crate) fn take_up(&self, wanted: Wanted, intent: &str) -> Result<Change, CardError> {
        let lock = self.lock()?;
        let decided = serde_json::from_str(intent).map_err(|error| {
            CardError::Refused(format!("the journal has no change of a card here: {error}"))
        })?;
        Ok(Change { cards: self.clone(), wanted, decided, _lock: lock })
    }

    /// Waits for those who change the store now.
    fn lock(&self) -> Result<File, CardError> {
        let failed = |source| CardError::Io { path: self.folder.clone(), source };
        file::lock(&self.folder).map_err(failed)
    }
}

impl Change {
    /// What is to be written down before the change is made.
    pub(crate) fn intent(&self) -> Result<String, CardError> {
        let text = serde_json::to_string(&self.decided);
        text.map_err(|error| CardError::Refused(error.to_string()))
    }

    /// Makes the change, unless it is made; what whoever wanted it is told.
    pub(crate) fn make(self) -> Result<Value, CardError> {
        let cards = &self.cards;
        match (self.wanted, self.decided) {
            (Wanted::Create(_), Decided::Create(card)) => cards.create(card),
            (Wanted::Append { id, fields }, Decided::Append) => cards.append(&id, &fields),
            (Wanted::Samples { id, lines }, Decided::Samples) => cards.add_samples(&id, &lines),
            (Wanted::Alias { .. }, Decided::Alias(rebinding)) => {
                let Rebinding { before, after } = *rebinding;
                let aliases = cards.alias_file()?;
                let told = json!(after);
                if aliases.find(&after.name) == before.as_ref() {
                    aliases.set(after)?;
                }
                Ok(told)
            }
            _ => Err(CardError::refused("the journal has another change here")),
        }
    }
}

impl Cards {
    fn create(&self, card: Card) -> Result<Value, CardError> {
        let Card { pkg, id, members } = card;
        let place = match self.find(&id)? {
            None => {
                let place = self.place(pkg, id);
                put(&place.path, &text::write(&members)?)?;
                place
            }
            // It was made; somebody may have added to it.
            Some(place) if has_all(&self.card(&place)?, &members) => place,
            Some(_) => return Err(CardError::Refused(format!("card '{id}' already exists"))),
        };
        Ok(json!({ "card_id": place.id, "path": place.path.to_string_lossy() }))
    }

    fn append(&self, id: &str, fields: &Value) -> Result<Value, CardError> {
        let place = self.existing(id)?;
        let mut card = self.card(&place)?;
        let fields = added(fields)?;
        if !has_all(&card, &fields) {
            refuse_set(fields.keys().find(|name| card.contains_key(*name)))?;
            card.extend(fields);
            put(&place.path, &text::write(&card)?)?;
        }
        Ok(card.into())
    }

    fn add_samples(&self, id: &str, lines: &str) -> Result<Value, CardError> {
        let path = self.existing(id)?.samples();
        match path.symlink_metadata() {
            Err(_) => put(&path, lines)?,
            Ok(is) if is.is_file() && is.len() == lines.len() as u64 => {
                let there = fs::read(&path);
                let there = there.map_err(|source| CardError::Io { path: path.clone(), source })?;
                if there != lines.as_bytes() {
                    return Err(samples_exist(id));
                }
            }
            Ok(_) => return Err(samples_exist(id)),
        }
        Ok(json!({ "path": path.to_string_lossy(), "count": lines.lines().count() }))
    }
}

fn put(path: &Path, text: &str) -> Result<(), CardError> {
    let failed = |source| CardError::Io { path: path.to_owned(), source };
    file::replace(path, text.as_bytes()).map_err(failed)
}

/// What is added to a card.
fn added(fields: &Value) -> Result<Members, CardError> {
    match without_nulls(fields.clone()) {
        Value::Object(fields) => Ok(fields),
        _ => Err(CardError::refused("fields must be a table")),
    }
}

/// Whether a card has these members as they are.
fn has_all(card: &Members, members: &Members) -> bool {
    members.iter().all(|(name, value)| card.get(name) == Some(value))
}

fn refuse_set(name: Option<&String>) -> Result<(), CardError> {
    match name {
        Some(name) => Err(CardError::Refused(format!("key '{name}' already set"))),
        None => Ok(()),
    }
}

fn samples_exist(id: &str) -> CardError {
    CardError::Refused(format!("samples already exist for card '{id}'"))
}
