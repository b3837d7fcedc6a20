//! The cards that a package brings along, copied into the card store.

use std::{fs, io, path::Path};

use crate::store::{Cards, is_card_name, lock, replace};

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
        let name = name.strip_suffix(".toml")?;
        // What is hidden is not meant.
        (is_card_name(name) && !name.starts_with('.')).then(|| name.to_owned())
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    let copied = |name: String| {
        let copied = copy(&from, &name, home, package);
        (name, copied)
    };
    names.into_iter().map(copied).collect()
}

fn copy(from: &Path, name: &str, home: &Path, package: &str) -> io::Result<bool> {
    let cards = home.join("cards");
    let _lock = lock(&cards)?;
    let (card, samples) = (format!("{name}.toml"), format!("{name}.samples.jsonl"));
    let to = cards.join(package);
    if Cards::new(home).has(name).map_err(io::Error::other)? {
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
