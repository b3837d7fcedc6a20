//! `alc man`: the manual, to read or to install.

use std::fs;

use crate::{
    args,
    error::CliError,
    exit::Exit,
    json::{FileLine, TextLine},
    manual,
    output::Output,
};

pub(super) fn run(args: &args::Man, output: &mut Output) -> Result<Exit, CliError> {
    let pages = manual::pages();
    let Some(folder) = &args.dir else {
        if let Some(page) = pages.first() {
            if output.json() {
                output.object(&TextLine::new(&page.name, &page.roff))?;
            } else {
                output.bytes(page.roff.as_bytes())?;
            }
        }
        return Ok(Exit::Done);
    };
    let unwritable = |path| move |source| CliError::Unwritable { path, source };
    fs::create_dir_all(folder).map_err(unwritable(folder.clone()))?;
    for page in pages {
        let path = folder.join(&page.name);
        fs::write(&path, page.roff).map_err(unwritable(path.clone()))?;
        let path = path.display().to_string();
        if output.json() {
            output.object(&FileLine::new(&path))?;
        } else {
            output.line(&path)?;
        }
    }
    Ok(Exit::Done)
}
