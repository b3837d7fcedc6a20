//! Names for cards; a name may come to mean another one.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CardError, Cards, Members, check_name, text};
use crate::store::file;

const FILE: &str = "_aliases.toml";
/// The member of the file that has them.
const MEMBER: &str = "alias";

/// A name and what it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Alias {
    pub(super) name: String,
    pub(super) card_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pkg: Option<String>,
    pub(super) set_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    /// What somebody else has added.
    #[serde(flatten)]
    pub(super) more: Members,
}

/// The file, with all that is in it.
pub(super) struct Aliases {
    path: PathBuf,
    members: Members,
    all: Vec<Alias>,
}

impl Aliases {
    pub(super) fn find(&self, name: &str) -> Option<&Alias> {
        self.all.iter().find(|alias| alias.name == name)
    }

    /// Has a name mean something else, or anything at all.
    pub(super) fn set(mut self, alias: Alias) -> Result<(), CardError> {
        self.all.retain(|other| other.name != alias.name);
        self.all.push(alias);
        self.all.sort_by(|a, b| a.name.cmp(&b.name));
        let failed = |error: serde_json::Error| misshapen(&self.path, &error);
        let all = serde_json::to_value(&self.all).map_err(failed)?;
        self.members.insert(MEMBER.to_owned(), all);
        let text = text::write(&self.members)?;
        let failed = |source| CardError::Io { path: self.path.clone(), source };
        file::replace(&self.path, text.as_bytes()).map_err(failed)
    }
}

fn misshapen(path: &Path, error: &serde_json::Error) -> CardError {
    let problem = format!("an alias is not as it should be: {error}");
    CardError::Misshapen { path: path.to_owned(), problem }
}

impl Cards {
    /// The aliases as they are now.
    pub(super) fn alias_file(&self) -> Result<Aliases, CardError> {
        let path = self.folder.join(FILE);
        let members = match self.read(&path)? {
            Some(text) => text::read(&path, &text)?,
            None => Members::new(),
        };
        let all = match members.get(MEMBER) {
            Some(aliases) => Vec::deserialize(aliases).map_err(|error| misshapen(&path, &error))?,
            None => Vec::new(),
        };
        Ok(Aliases { path, members, all })
    }

    /// The aliases, of those for a package or of all, by name.
    pub(crate) fn aliases(&self, pkg: Option<&str>) -> Result<Vec<Value>, CardError> {
        let Aliases { path, all, .. } = self.alias_file()?;
        let wanted = all.iter().filter(|alias| pkg.is_none() || alias.pkg.as_deref() == pkg);
        wanted
            .map(|alias| serde_json::to_value(alias).map_err(|error| misshapen(&path, &error)))
            .collect()
    }

    /// The card that a name means, if it means one.
    pub(crate) fn get_by_alias(&self, name: &str) -> Result<Option<Members>, CardError> {
        check_name("alias", name)?;
        let aliases = self.alias_file()?;
        let Some(alias) = aliases.find(name) else { return Ok(None) };
        match self.get(&alias.card_id)? {
            Some(card) => Ok(Some(card)),
            None => Err(CardError::Refused(format!(
                "card '{}' not found, which the alias '{name}' means",
                alias.card_id
            ))),
        }
    }

    /// The id of the card that a text means: it is one, or an alias of one.
    pub(crate) fn meant(&self, text: &str) -> Result<String, CardError> {
        if self.find(text)?.is_some() {
            return Ok(text.to_owned());
        }
        let aliases = self.alias_file()?;
        let id = aliases.find(text).map_or(text, |alias| alias.card_id.as_str());
        Ok(self.existing(id)?.id)
    }
}
