//! Spec files: each runs in a Lua state of its own, with what tests need beside what sessions have.
//! What becomes of a test is noted when it ends, so it is known also of a file that never does.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use alc_core::{Caller, Script};
use mlua::{Function, Lua, Table, Value};
use tokio_util::sync::CancellationToken;

use super::{
    alc::{self, Arguments, Raise},
    pool::Pool,
    probe::{May, ProbeError, to_end, within},
    vm::{LoadError, Outside, Vm},
};

/// Random numbers are the same in each run, so that a test that fails fails again.
const SEED: u64 = 0x5eed;
/// The most tests that one file may have.
const MOST: usize = 100_000;
/// Longer names and messages are cut, in bytes.
const LONGEST: usize = 8 << 10;

/// A spec file.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) source: String,
    /// What messages call it.
    pub(crate) chunk: String,
    /// What goes before `package.path`.
    pub(crate) path: String,
    /// What it sees of who runs it.
    pub(crate) caller: Caller,
}

/// A test that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// The names of the groups that it is in, from the outermost in.
    pub(crate) suite: String,
    pub(crate) name: String,
    /// Why it failed.
    pub(crate) error: Option<String>,
}

/// What became of a file's tests so far; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<Case>>>);

impl Notes {
    /// All of them, in the order of their ends.
    pub(crate) fn take(&self) -> Vec<Case> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Case>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a spec file to its end, which comes within `limit`. Its stores are in the data folder `home`.
pub(crate) async fn run_spec(
    spec: Spec,
    home: Arc<Path>,
    notes: &Notes,
    pool: &Pool,
    limit: Duration,
) -> Result<(), ProbeError> {
    let Spec { source, chunk, path, caller } = spec;
    let token = CancellationToken::new();
    let outside = Outside::own(token.clone(), home.clone()).map_err(LoadError::from)?;
    let script =
        Script { source, chunk, ctx: "{}".to_owned(), seed: SEED, caller, ..Script::default() };
    let notes = notes.clone();
    let load = move || {
        Vm::prepared(&script, Vec::new(), outside, |lua, host, chunk| {
            register(lua, host, &notes, &home)?;
            let spec: Function = host.get("spec")?;
            spec.call((chunk, path))
        })
    };
    within(limit, &token, to_end(load, pool, May::Change)).await.map(drop)
}

fn register(lua: &Lua, host: &Table, notes: &Notes, home: &Path) -> mlua::Result<()> {
    let kept = notes.clone();
    // spec_record(suite, name, error): a test has ended.
    alc::add(lua, host, "spec_record", move |_, arguments| {
        let mut cases = kept.lock();
        if cases.len() == MOST {
            return Err(Raise::Error(format!("a spec file may have {MOST} tests")));
        }
        let (suite, name) = (text(&arguments, 1), text(&arguments, 2));
        let error = text(&arguments, 3);
        let suite = suite.unwrap_or_default();
        cases.push(Case { suite, name: name.unwrap_or_default(), error });
        Ok(())
    })?;
    let kept = notes.clone();
    // spec_reset(): forgets all tests.
    alc::add(lua, host, "spec_reset", move |_, _| {
        kept.lock().clear();
        Ok(())
    })?;
    let (count, fixtures) = (AtomicU64::new(0), home.join("fixtures"));
    let root = fixtures.clone();
    // spec_folder(name): makes a folder.
    alc::add(lua, host, "spec_folder", move |lua, arguments| {
        let name = arguments.text(lua, 1)?;
        let plain: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let folder = fixtures.join(format!("{}-{plain}", count.fetch_add(1, Relaxed)));
        fs::create_dir_all(&folder).map_err(|error| unchanged(&folder, &error))?;
        Ok(folder.to_string_lossy().into_owned())
    })?;
    // spec_remove(folder): removes one that was made so.
    alc::add(lua, host, "spec_remove", move |lua, arguments| {
        let folder = PathBuf::from(arguments.text(lua, 1)?);
        if folder.parent() != Some(&root) {
            return Ok(());
        }
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(unchanged(&folder, &error))
            }
            _ => Ok(()),
        }
    })
}

fn unchanged(folder: &Path, error: &io::Error) -> Raise {
    Raise::Error(format!("{}: {error}", folder.display()))
}

/// An argument as text that can be shown, if it is there.
fn text(arguments: &Arguments, number: usize) -> Option<String> {
    let Value::String(text) = arguments.get(number) else { return None };
    let text = text.to_string_lossy();
    if text.len() <= LONGEST {
        return Some(text);
    }
    Some(format!("{}… (cut, {} bytes)", &text[..text.floor_char_boundary(LONGEST)], text.len()))
}

#[cfg(test)]
mod tests;
