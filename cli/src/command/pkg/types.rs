//! `alc pkg types`: the types of what scripts find, as editors read them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    args,
    error::CliError,
    exit::Exit,
    json::{FileLine, TextLine},
    output::Output,
};

/// `LuaCATS` annotations of `alc` and the globals.
const TYPES: &str = include_str!("../../../../docs/alc.d.lua");
const FILE: &str = "alc.d.lua";
/// What tells the Lua language server where they are.
const SETTINGS: &str = "\
{
  \"runtime.version\": \"Lua 5.4\",
  \"workspace.library\": [\"types\"],
  \"diagnostics.globals\": [\"lust\"]
}
";

pub(super) fn run(args: &args::PkgTypes, output: &mut Output) -> Result<Exit, CliError> {
    let Some(folder) = &args.dir else {
        if output.json() {
            output.object(&TextLine::new(FILE, TYPES))?;
        } else {
            output.text(TYPES)?;
        }
        return Ok(Exit::Done);
    };
    for path in write(folder)? {
        print(&path, output)?;
    }
    Ok(Exit::Done)
}

/// Writes the types into the folder's `types`, and the settings beside it unless there are some; the
/// paths of what was written.
pub(super) fn write(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let (types, settings) = (folder.join("types").join(FILE), folder.join(".luarc.json"));
    write_file(&types, TYPES)?;
    let mut written = vec![types];
    if !settings.exists() {
        write_file(&settings, SETTINGS)?;
        written.push(settings);
    }
    Ok(written)
}

/// Writes a file and makes its folder.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), CliError> {
    let write = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)
    };
    write().map_err(|source| CliError::Unwritable { path: path.to_owned(), source })
}

/// The path of what was written.
pub(super) fn print(path: &Path, output: &mut Output) -> Result<(), CliError> {
    let path = path.display().to_string();
    if output.json() {
        output.object(&FileLine::new(&path))?;
    } else {
        output.line(&path)?;
    }
    Ok(())
}
