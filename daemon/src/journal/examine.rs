//! A journal as somebody sees it who does not own it: looked through, and nothing changed.

use std::{fs, path::Path};

use rusqlite::Connection;

use super::{
    checksum::{Table, is_good},
    record::Filter,
    row::{ReadError, changed, is_corrupt},
    schema::{self, OpenError},
    view::{self, Page},
};

/// How many problems are told.
const MOST: u32 = 20;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Examination {
    /// How many sessions there are.
    pub(crate) sessions: u64,
    /// How long the file is.
    pub(crate) bytes: u64,
    /// What is damaged; and the id of the session that it is of, if that is known.
    pub(crate) problems: Vec<(String, Option<String>)>,
}

/// A journal cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Looks through the journal at `path`; `None` if there is none. `owned` says that another process may
/// write to it meanwhile.
pub(crate) fn examine(path: &Path, owned: bool) -> Result<Option<Examination>, OpenError> {
    let path = &*schema::follow(path)?;
    let Some(db) = schema::open_to_look(path, owned)? else { return Ok(None) };
    let bytes = fs::metadata(path).map_or(0, |file| file.len());
    let refusal = |error| schema::refusal(path, error);
    let problems = problems(&db).map_err(refusal)?;
    // Where something is damaged, this may be.
    let count = "SELECT count(*) FROM session";
    let sessions = match db.query_row(count, [], |row| row.get::<_, i64>(0)) {
        Err(error) if problems.is_empty() => return Err(refusal(error)),
        counted => counted.map_or(0, i64::unsigned_abs),
    };
    Ok(Some(Examination { sessions, bytes, problems }))
}

/// The newest sessions that `filter` lets through, at most `limit`, of the journal at `path` that no
/// process owns; `None` if there is none.
pub(crate) fn look(path: &Path, filter: &Filter, limit: usize) -> Result<Option<Page>, LookError> {
    let path = &*schema::follow(path)?;
    let Some(db) = schema::open_to_look(path, false)? else { return Ok(None) };
    Ok(Some(view::list(&db, filter, limit, None)?))
}

/// A session's own damage comes first: who mends that has its part of the indexes made anew, too.
fn problems(db: &Connection) -> Result<Vec<(String, Option<String>)>, rusqlite::Error> {
    let mut problems = Vec::new();
    for table in Table::ALL {
        match changed_rows(db, table, &mut problems) {
            // What cannot be read at all is found below.
            Err(error) if is_corrupt(&error) => {}
            looked => looked?,
        }
    }
    let mut told = db.prepare(&format!("PRAGMA integrity_check({MOST})"))?;
    let told = told.query_map([], |row| row.get::<_, String>(0))?;
    for line in told {
        let line = line?;
        if line != "ok" {
            problems.push((line, None));
        }
    }
    let mut orphans = db.prepare("PRAGMA foreign_key_check")?;
    let orphans = orphans.query_map([], |row| {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        Ok(format!("a row of {table} refers to one that is missing in {parent}"))
    })?;
    for orphan in orphans.take(MOST as usize) {
        problems.push((orphan?, None));
    }
    Ok(problems)
}

/// The rows that are not as they were written; SQLite may take them for sound.
fn changed_rows(
    db: &Connection,
    table: Table,
    problems: &mut Vec<(String, Option<String>)>,
) -> Result<(), rusqlite::Error> {
    let whose = if table == Table::Session { "n" } else { "session" };
    let name = table.name();
    let id = format!("SELECT id FROM session AS own WHERE own.n = {name}.{whose}");
    let sql = format!("SELECT ({id}), * FROM {name}");
    let mut rows = db.prepare(&sql)?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()?
        && problems.len() < MOST as usize
    {
        if !is_good(row, 1)? {
            let session = String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or(b"?"));
            let problem = changed(row, &session, table).to_string();
            problems.push((problem, Some(session.into_owned())));
        }
    }
    Ok(())
}
