//! A session as one file that can be taken elsewhere: an SQLite database with the journal's tables, in
//! which are the session's rows and the texts they refer to. Behind it comes a seal, the hash of every
//! byte before it; a format to come has the seal too.
//!
//! What is this machine's alone stays here: paths, the key of the spawn. A file may come from anybody,
//! so nothing of it reaches the journal before all of it was read.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use alc_core::{Name, Seq, SessionId, State};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use tempfile::TempPath;

use super::{
    checksum::Table,
    copy::{Copy, CopyError},
    find::row_number,
    inspect::{Whole, inspect},
    row::{ReadError, session},
    schema::{self, FORMAT, is_full},
};

/// `alce`: tells such files from journals.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"alce");

/// What begins a seal.
const SEAL: &[u8; 8] = b"alc seal";
/// A seal's length.
const SEALED: u64 = SEAL.len() as u64 + blake3::OUT_LEN as u64;

/// A small session has few and small rows.
const PAGE_SIZE: i64 = 1024;

/// The tables that are in a file; the labels are in the session's row, too.
const TABLES: [&str; 5] = ["blob", "event", "effect", "query", "session"];

/// How far a session had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The last entry of its history.
    pub(crate) seq: Seq,
    /// The calls that its script had made.
    pub(crate) calls: u64,
}

/// The session is not in a file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackError {
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The disk is full.
    #[error("no space left for a copy of the session")]
    Full,
    #[error("cannot write a copy of the session")]
    Write(#[source] rusqlite::Error),
    #[error("cannot write a copy of the session")]
    Io(#[source] io::Error),
}

impl From<rusqlite::Error> for PackError {
    fn from(error: rusqlite::Error) -> Self {
        if is_full(&error) { Self::Full } else { Self::Write(error) }
    }
}

impl From<io::Error> for PackError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull { Self::Full } else { Self::Io(error) }
    }
}

impl From<CopyError> for PackError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Source(error) => Self::Read(error),
            CopyError::Target(error) => error.into(),
        }
    }
}

/// The file is no session that can be taken up here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ParcelError {
    #[error("it is not a file that `alc export` wrote")]
    Foreign,
    #[error("the file is damaged, or cut short")]
    Broken,
    #[error("the file has format {found}, and this release knows {FORMAT}")]
    Newer { found: i32 },
    /// Its seal is good, and what is in it cannot be.
    #[error("the file does not hold one whole session")]
    Content(#[source] ReadError),
    /// The same, as SQLite sees it.
    #[error("the file does not hold one whole session")]
    Sqlite(#[source] rusqlite::Error),
    #[error("no space left to look at the file")]
    Full,
    #[error("cannot read the file")]
    Io(#[source] io::Error),
}

impl From<io::Error> for ParcelError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull { Self::Full } else { Self::Io(error) }
    }
}

impl From<rusqlite::Error> for ParcelError {
    fn from(error: rusqlite::Error) -> Self {
        if is_full(&error) { Self::Full } else { Self::Sqlite(error) }
    }
}

impl From<ReadError> for ParcelError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Sqlite(error) => error.into(),
            error => Self::Content(error),
        }
    }
}

/// Writes a session, as it is at this moment of the journal, into the empty file at `path`; returns
/// how far it had come, or `None` if there is no such session.
pub(super) fn pack(
    db: &Connection,
    id: &SessionId,
    path: &Path,
) -> Result<Option<Mark>, PackError> {
    let Some(n) = row_number(db, id)? else { return Ok(None) };
    let parcel = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Until it is sealed, nothing of it counts.
    parcel.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    parcel.pragma_update(None, "page_size", PAGE_SIZE)?;
    parcel.pragma_update(None, "application_id", APPLICATION_ID)?;
    parcel.pragma_update(None, "user_version", FORMAT)?;
    parcel.execute_batch("BEGIN")?;
    lay_out(&parcel)?;
    let copy = Copy { from: db, to: &parcel, id };
    for table in Table::ALL {
        let (own, changed): (_, &[_]) = match table {
            Table::Session => (
                "n",
                &[
                    ("n", "1"),
                    ("spawn_key", "NULL"),
                    ("spawn_fingerprint", "NULL"),
                    ("caller", "json_set(caller, '$.folder', NULL, '$.project', NULL)"),
                ],
            ),
            _ => ("session", &[("session", "1")]),
        };
        copy.rows(table, &format!("{own} = :own"), changed, &[(":own", &n)])?;
    }
    parcel.execute_batch("COMMIT")?;
    parcel.close().map_err(|(_, error)| error)?;
    seal(path)?;
    Ok(mark(db, id)?)
}

/// How far a session has come; `None` if there is no such session.
pub(super) fn mark(db: &Connection, id: &SessionId) -> Result<Option<Mark>, ReadError> {
    session(db, id, |row| Ok(Mark { seq: Seq(row.number("seq")?), calls: row.number("calls")? }))
}

/// Makes the tables of a parcel.
fn lay_out(db: &Connection) -> rusqlite::Result<()> {
    for (table, sql) in schema::definitions("table")? {
        if TABLES.contains(&&*table) {
            db.execute_batch(&sql)?;
        }
    }
    Ok(())
}

pub(super) fn seal(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).open(path)?;
    let hash = *blake3::Hasher::new().update_reader(&mut file)?.finalize().as_bytes();
    file.write_all(&[&SEAL[..], &hash].concat())
}

/// Takes the seal off, if it is good.
pub(super) fn unseal(path: &Path) -> Result<(), ParcelError> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut header = Vec::new();
    (&file).take(schema::HEADER as u64).read_to_end(&mut header)?;
    match schema::application(&header) {
        Some(APPLICATION_ID) => {}
        // What is left of one that was cut very short.
        None if !header.is_empty() && schema::MAGIC.starts_with(&header) => {
            return Err(ParcelError::Broken);
        }
        None if header.starts_with(schema::MAGIC) => return Err(ParcelError::Broken),
        _ => return Err(ParcelError::Foreign),
    }
    let length = file.metadata()?.len().checked_sub(SEALED).ok_or(ParcelError::Broken)?;
    file.rewind()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader((&file).take(length))?;
    file.seek(SeekFrom::Start(length))?;
    let mut seal = Vec::new();
    (&file).take(SEALED).read_to_end(&mut seal)?;
    if seal != [&SEAL[..], hasher.finalize().as_bytes()].concat() {
        return Err(ParcelError::Broken);
    }
    Ok(file.set_len(length)?)
}

/// Seals a file as whoever means ill could, and reads it.
#[cfg(feature = "fuzz")]
pub(crate) fn read_unsealed(file: TempPath) {
    if seal(&file).is_ok() {
        drop(Parcel::open(file));
    }
}

/// A session in a file, all of which was read and found to be good.
pub(crate) struct Parcel {
    pub(super) db: Connection,
    pub(crate) id: SessionId,
    pub(crate) name: Option<Name>,
    pub(crate) state: State,
    /// Behind the connection, so that it is closed when the file goes; `None` where an open file can go
    /// at once.
    _file: Option<TempPath>,
}

impl Parcel {
    /// Opens a file, which is a copy that nobody else has.
    pub(crate) fn open(file: TempPath) -> Result<Self, ParcelError> {
        unseal(&file)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&*file, flags)?;
        protect(&db)?;
        let found = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found > FORMAT {
            return Err(ParcelError::Newer { found });
        }
        check_layout(&db)?;
        // What reads the journal uses its indexes.
        for (_, sql) in schema::definitions("index")? {
            if !["tombstone", "label"].iter().any(|absent| sql.contains(absent)) {
                db.execute_batch(&sql)?;
            }
        }
        let Whole { id, name, state } = inspect(&db)?;
        let file = if cfg!(unix) { file.close().map(|()| None)? } else { Some(file) };
        Ok(Self { db, id, name, state, _file: file })
    }
}

/// Has the connection do nothing that the file asks for.
fn protect(db: &Connection) -> rusqlite::Result<()> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    db.execute_batch(
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
         PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;",
    )
}

/// Refuses a file with other tables than `alc export` makes, or with anything beside them.
fn check_layout(db: &Connection) -> Result<(), ParcelError> {
    let expected = Connection::open_in_memory()?;
    lay_out(&expected)?;
    if layout(db)? == layout(&expected)? { Ok(()) } else { Err(ParcelError::Foreign) }
}

/// All that a database declares: what it is, its name, and how it was made.
fn layout(db: &Connection) -> rusqlite::Result<Vec<(String, String, Option<String>)>> {
    let mut all = db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name, type")?;
    let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

/// An empty file in `folder` for a parcel; it goes with its name.
pub(crate) fn new_file(folder: &Path) -> io::Result<(File, TempPath)> {
    std::fs::create_dir_all(folder)?;
    Ok(tempfile::NamedTempFile::new_in(folder)?.into_parts())
}
