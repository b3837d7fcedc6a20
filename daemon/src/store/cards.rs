//! Cards: records of runs, in TOML files that people can read.
//!
//! ```text
//! cards/PKG/CARD_ID.toml            a card; it only ever gets new members
//! cards/PKG/CARD_ID.samples.jsonl   its samples, an object a line; written once
//! cards/_aliases.toml               names for cards
//! ```
//!
//! A card's id is unique over all packages. A link that leads out of the folder is not followed.

mod alias;
mod card;
mod change;
mod filter;
mod lineage;
mod order;
mod past;
mod query;
mod samples;
mod text;

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

pub(crate) use self::{
    card::{Run, is_status},
    change::{Change as CardChange, Wanted},
    lineage::Walk,
    past::past_cards,
    query::Query,
    samples::{Column, SampleQuery},
};
use crate::toml::Misspelt;

/// The largest card, in bytes of its file.
const LARGEST: u64 = 16 << 20;

/// The store could not do what was asked; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CardError {
    /// It cannot be the name of a file.
    #[error("Invalid {what} name: '{name}'")]
    Name { what: &'static str, name: String },
    #[error("card '{0}' not found")]
    NotFound(String),
    /// Somebody has edited the file.
    #[error("{}:{source}", path.display())]
    Misspelt { path: PathBuf, source: Misspelt },
    /// It is TOML, and says something else than it must.
    #[error("{}: {problem}", path.display())]
    Misshapen { path: PathBuf, problem: String },
    #[error("{} leads out of the card store", .0.display())]
    Outside(PathBuf),
    #[error("{} is over the limit of {limit} bytes", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("{}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// What was asked for cannot be, as the message says.
    #[error("{0}")]
    Refused(String),
}

impl CardError {
    fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

/// The members of a card, a sample or a table in one.
pub(crate) type Members = Map<String, Value>;

/// The files.
#[derive(Clone, Debug)]
pub(crate) struct Cards {
    folder: PathBuf,
}

/// Where a card is; its id and package are what its file and folder are called.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    pkg: String,
    id: String,
    path: PathBuf,
}

/// A card and its place.
#[derive(Clone, Debug)]
struct Found {
    place: Place,
    card: Value,
}

/// Whether a card, its package or an alias may be called so: not what cannot be the name of a file, or
/// names one elsewhere.
pub(crate) fn is_card_name(name: &str) -> bool {
    !name.is_empty() && name != "." && !name.contains(['/', '\\', '\0']) && !name.contains("..")
}

fn check_name(what: &'static str, name: &str) -> Result<(), CardError> {
    if is_card_name(name) {
        return Ok(());
    }
    Err(CardError::Name { what, name: name.to_owned() })
}

impl Cards {
    /// The store below the data folder `home`.
    pub(crate) fn new(home: &Path) -> Self {
        Self { folder: home.join("cards") }
    }

    /// A card, if there is one of this id.
    pub(crate) fn get(&self, id: &str) -> Result<Option<Members>, CardError> {
        match self.find(id)? {
            Some(place) => self.card(&place).map(Some),
            None => Ok(None),
        }
    }

    /// Whether there is a card of this id, of any package.
    pub(crate) fn has(&self, id: &str) -> Result<bool, CardError> {
        Ok(self.find(id)?.is_some())
    }

    /// A card, and the text of its file.
    pub(crate) fn show(&self, id: &str) -> Result<(Members, String), CardError> {
        self.shown(&self.existing(id)?)
    }

    /// The place of a card, if there is one of this id.
    fn find(&self, id: &str) -> Result<Option<Place>, CardError> {
        check_name("card_id", id)?;
        for pkg in self.packages()? {
            let place = self.place(pkg, id.to_owned());
            if place.path.symlink_metadata().is_ok() {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn existing(&self, id: &str) -> Result<Place, CardError> {
        self.find(id)?.ok_or_else(|| CardError::NotFound(id.to_owned()))
    }

    fn place(&self, pkg: String, id: String) -> Place {
        let path = self.folder.join(&pkg).join(format!("{id}.toml"));
        Place { pkg, id, path }
    }

    /// Every card that can be read, of one package or of all, in no order.
    fn all(&self, pkg: Option<&str>) -> Result<Vec<Found>, CardError> {
        let packages = match pkg {
            Some(pkg) => {
                check_name("pkg", pkg)?;
                vec![pkg.to_owned()]
            }
            None => self.packages()?,
        };
        let mut cards = Vec::new();
        for pkg in packages {
            for name in self.names(&self.folder.join(&pkg))? {
                let Some(id) = name.strip_suffix(".toml") else { continue };
                let place = self.place(pkg.clone(), id.to_owned());
                if let Ok(members) = self.card(&place) {
                    cards.push(Found { place, card: members.into() });
                }
            }
        }
        Ok(cards)
    }

    /// The folders of cards, in order.
    fn packages(&self) -> Result<Vec<String>, CardError> {
        let mut names = self.names(&self.folder)?;
        names.retain(|name| {
            let folder = self.folder.join(name);
            folder.is_dir() && self.contained(&folder).is_ok()
        });
        names.sort_unstable();
        Ok(names)
    }

    /// The names in a folder; none, if there is no folder or it is elsewhere.
    fn names(&self, folder: &Path) -> Result<Vec<String>, CardError> {
        match self.contained(folder) {
            Err(CardError::Outside(_)) => return Ok(Vec::new()),
            contained => contained?,
        }
        let failed = |source| CardError::Io { path: folder.to_owned(), source };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(failed(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry.map_err(failed)?.file_name().into_string());
        }
        Ok(names)
    }

    fn card(&self, place: &Place) -> Result<Members, CardError> {
        Ok(self.shown(place)?.0)
    }

    fn shown(&self, place: &Place) -> Result<(Members, String), CardError> {
        let absent = || CardError::NotFound(place.id.clone());
        let text = self.read(&place.path)?.ok_or_else(absent)?;
        Ok((text::read(&place.path, &text)?, text))
    }

    /// The text of a file, if it is there.
    fn read(&self, path: &Path) -> Result<Option<String>, CardError> {
        self.contained(path)?;
        let failed = |source| CardError::Io { path: path.to_owned(), source };
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            // A pipe has no end.
            Ok(is) if !is.is_file() => return Err(failed(io::Error::other("it is not a file"))),
            Ok(is) if is.len() > LARGEST => {
                return Err(CardError::TooLarge { path: path.to_owned(), limit: LARGEST });
            }
            Ok(_) => {}
        }
        fs::read_to_string(path).map(Some).map_err(failed)
    }

    /// Refuses a path below the store whose folder or itself is a link to elsewhere. The store itself may
    /// be anywhere.
    fn contained(&self, path: &Path) -> Result<(), CardError> {
        let below = |path: &&Path| *path != self.folder && path.starts_with(&self.folder);
        for path in [path.parent().unwrap_or(path), path].into_iter().filter(below) {
            let is_link = path.symlink_metadata().is_ok_and(|is| is.is_symlink());
            if is_link && !self.leads_inside(path) {
                return Err(CardError::Outside(path.to_owned()));
            }
        }
        Ok(())
    }

    fn leads_inside(&self, link: &Path) -> bool {
        let target = link.canonicalize().ok().zip(self.folder.canonicalize().ok());
        target.is_some_and(|(target, folder)| target.starts_with(folder))
    }
}
