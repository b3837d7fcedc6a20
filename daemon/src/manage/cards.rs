//! The cards that a package brings along, copied into the card store.

use std::{fs, io, path::Path};

use crate::{
    packages::is_card_name,
    store::{lock, replace},
};

/// Copies the cards in the package's `folder` that are not in the data folder `home`; each with
/// whether it was copied.
pub(super) fn copy_cards(
    folder: &Path,
    package: &str,
    home: &Path,
) -> Vec<(String, io::Result<bool>)> {
    let from = folder.join("cards");
    let Ok(entries) = fs::read_dir(&from) else { return Vec::new() };
    let names = entries.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        Some(name.strip_suffix(".toml").filter(|name| is_card_name(name))?.to_owned())
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    let copied = |name: String| {
        let copied = copy(&from, &name, &home.join("cards"), package);
        (name, copied)
    };
    names.into_iter().map(copied).collect()
}

fn copy(from: &Path, name: &str, cards: &Path, package: &str) -> io::Result<bool> {
    let _lock = lock(cards)?;
    let (card, samples) = (format!("{name}.toml"), format!("{name}.samples.jsonl"));
    let to = cards.join(package);
    if to.join(&card).exists() {
        return Ok(false);
    }
    let text = fs::read_to_string(from.join(&card))?;
    text.parse::<toml_edit::DocumentMut>()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.message().to_owned()))?;
    // A card that is there has its samples.
    match fs::read(from.join(&samples)) {
        Ok(lines) => replace(&to.join(samples), &lines)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    replace(&to.join(card), text.as_bytes())?;
    Ok(true)
}
