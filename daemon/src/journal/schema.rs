//! Opens the journal's file: creates it, brings an older format up to date, and refuses a file that
//! is damaged, not ours or of a newer format without changing a byte of it.
//!
//! A new journal is made under another name. So whatever has the journal's name was a whole one.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig, ffi};

use crate::folder;

/// `alcj`: tells our files from other SQLite files.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"alcj");

/// The format that this release writes: the number of migrations it knows.
pub(super) const FORMAT: i32 = 1;

/// What brings a file from one format to the next, oldest first.
const MIGRATIONS: [&str; FORMAT as usize] = [include_str!("schema_1.sql")];

const TABLES: [&str; 9] =
    ["session", "leftover", "event", "effect", "query", "blob", "label", "tombstone", "migration"];

/// SQLite's header: a magic text, the format at byte 60, the application at byte 68.
pub(super) const HEADER: usize = 100;
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// Every journal has pages of this size, in bytes.
pub(super) const PAGE_SIZE: u64 = 8192;

/// How long to wait for another process, such as the `sqlite3` shell, to let go of the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// The journal was not opened; its file is as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// It is no SQLite file, or one that cannot be read.
    #[error("the journal {path} is damaged")]
    Damaged { path: PathBuf, source: rusqlite::Error },
    /// A later release has written it.
    #[error(
        "the journal {path} has format {found}, this release knows {known}; a later one wrote it"
    )]
    Newer { path: PathBuf, found: i32, known: i32 },
    /// It is another program's SQLite file.
    #[error("{path} is not a journal")]
    Foreign { path: PathBuf },
    /// The system refused.
    #[error("cannot open the journal {path}")]
    Io { path: PathBuf, source: io::Error },
    /// The disk is full.
    #[error("no space left for the journal {path}")]
    Full { path: PathBuf },
    /// The file, or the folder that it is in, is read-only.
    #[error("the journal {path} may not be written")]
    ReadOnly { path: PathBuf },
    /// Something else has the name of the file that keeps some space.
    #[error("cannot keep space for a full disk in {path}")]
    Reserve { path: PathBuf, source: io::Error },
    /// SQLite refused for another reason, such as another process in the way.
    #[error("cannot open the journal {path}")]
    Refused { path: PathBuf, source: rusqlite::Error },
}

/// The file behind `path`, which may be a link: what SQLite keeps beside a file is there.
pub(super) fn follow(path: &Path) -> Result<PathBuf, OpenError> {
    if !fs::symlink_metadata(path).is_ok_and(|file| file.is_symlink()) {
        return Ok(path.to_owned());
    }
    // A link to nothing may mean a disk that is not there; it is no place for a new journal.
    fs::canonicalize(path).map_err(|error| no_access(path, error))
}

/// Opens the file for the one connection that writes, creating or migrating it as needed.
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    match read_header(path).map_err(|error| no_access(path, error))? {
        Some(header) => check_header(path, &header)?,
        None => create(path)?,
    }
    let wrap = |error| refusal(path, error);
    let mut db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(wrap)?;
    // Until the file is known to be ours and sound, closing it must not move its log into it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(wrap)?;
    let found = check_content(path, &db)?;
    configure(&db).map_err(wrap)?;
    migrate(&mut db, found).map_err(wrap)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(wrap)?;
    Ok(db)
}

/// Puts an empty journal at `path`.
fn create(path: &Path) -> Result<(), OpenError> {
    // It may be all that is left of a journal, and SQLite would delete it.
    if fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0) {
        let text = "the write-ahead log of a journal that is gone is beside it";
        return Err(no_access(path, io::Error::new(io::ErrorKind::AlreadyExists, text)));
    }
    let io = |error| no_access(path, error);
    let draft = Draft::new(beside(path, "-new")).map_err(io)?;
    draft.write().map_err(|error| refusal(path, error))?;
    fs::rename(&draft.0, path).and_then(|()| folder::sync(path)).map_err(io)
}

/// A new journal before it has its name, of which nothing stays if that fails.
struct Draft(PathBuf);

impl Draft {
    /// An empty file that only its owner may read; SQLite gives its side files the same rights.
    fn new(path: PathBuf) -> io::Result<Self> {
        let draft = Self(path);
        draft.remove();
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&draft.0)?;
        Ok(draft)
    }

    fn write(&self) -> Result<(), rusqlite::Error> {
        let mut db = connect(&self.0, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // Only these two are kept in the file.
        db.pragma_update(None, "page_size", PAGE_SIZE.cast_signed())?;
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        configure(&db)?;
        migrate(&mut db, 0)?;
        db.close().map_err(|(_, error)| error)
    }

    fn remove(&self) {
        for file in [self.0.clone(), beside(&self.0, "-journal"), beside(&self.0, "-wal")] {
            fs::remove_file(file).ok(); // Mostly it is not there.
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Connects, with what protects every connection from a file with a hostile or damaged inside.
fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, rusqlite::Error> {
    let db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(PATIENCE)?;
    db.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    // A statement keeps its plan, whatever values it is given: it is not prepared anew each time.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Opens another connection to the file, which cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.execute_batch("PRAGMA query_only = ON")?;
    Ok(db)
}

/// Opens the file for somebody who only looks; `None` if there is none. Where nobody writes to it, and
/// its log is in it, no file is made beside it.
pub(super) fn open_to_look(path: &Path, owned: bool) -> Result<Option<Connection>, OpenError> {
    let Some(header) = read_header(path).map_err(|error| no_access(path, error))? else {
        return Ok(None);
    };
    check_header(path, &header)?;
    let alone = !owned && !beside(path, "-wal").exists();
    let db = match path.to_str().filter(|_| alone) {
        Some(text) => {
            connect(&immutable(text), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
        }
        None => connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY),
    };
    let db = db.map_err(|error| refusal(path, error))?;
    check_content(path, &db)?;
    Ok(Some(db))
}

/// A path as SQLite reads it that nobody writes to.
fn immutable(path: &str) -> PathBuf {
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let slashed = if cfg!(windows) { format!("/{}", escaped.replace('\\', "/")) } else { escaped };
    format!("file:{slashed}?immutable=1").into()
}

/// The file's first bytes; `None` for a file that is empty or not there.
fn read_header(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut header = Vec::with_capacity(HEADER);
    file.take(HEADER as u64).read_to_end(&mut header)?;
    Ok((!header.is_empty()).then_some(header))
}

/// Looks at the header before SQLite does, since SQLite may write beside a file that it opens.
fn check_header(path: &Path, header: &[u8]) -> Result<(), OpenError> {
    let number = |at: usize| {
        let bytes = header.get(at..at + 4)?.try_into().ok()?;
        Some(i32::from_be_bytes(bytes))
    };
    let damaged = |code| {
        let source = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        OpenError::Damaged { path: path.to_owned(), source }
    };
    match (header.starts_with(MAGIC), number(60), number(68)) {
        (true, Some(format), Some(APPLICATION_ID)) => check_format(path, format)?,
        (true, Some(_), Some(_)) => return Err(OpenError::Foreign { path: path.to_owned() }),
        _ => return Err(damaged(ffi::SQLITE_NOTADB)),
    }
    if is_cut_short(path, number(28).unwrap_or_default()) {
        return Err(damaged(ffi::SQLITE_CORRUPT));
    }
    Ok(())
}

/// Whether the file ends before its last page does, which SQLite does not notice. After a crash
/// that is no damage: the missing part is in the log beside it.
fn is_cut_short(path: &Path, pages: i32) -> bool {
    let length = |path: &Path| fs::metadata(path).map_or(0, |file| file.len());
    let has_log = ["-wal", "-journal"].iter().any(|suffix| length(&beside(path, suffix)) > 0);
    !has_log && length(path) < u64::from(pages.cast_unsigned()) * PAGE_SIZE
}

/// SQLite's file of this suffix beside the journal.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn check_format(path: &Path, found: i32) -> Result<(), OpenError> {
    if found > FORMAT {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: FORMAT });
    }
    Ok(())
}

/// Reads through SQLite, which sees what is still in the write-ahead log, and returns the format.
fn check_content(path: &Path, db: &Connection) -> Result<i32, OpenError> {
    let damaged = |source| match refusal(path, source) {
        OpenError::Refused { path, source } if is_schema_error(&source) => {
            OpenError::Damaged { path, source }
        }
        error => error,
    };
    let number = |pragma: &str| db.query_row(pragma, [], |row| row.get(0)).map_err(damaged);
    if number("PRAGMA application_id")? != APPLICATION_ID {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    let format = number("PRAGMA user_version")?;
    check_format(path, format)?;
    for table in TABLES {
        db.prepare(&format!("SELECT * FROM {table} LIMIT 1"))
            .and_then(|mut statement| statement.exists([]))
            .map_err(damaged)?;
    }
    Ok(format)
}

/// What program a file with this header belongs to; `None` if it is not SQLite's, or too short to say.
pub(super) fn application(header: &[u8]) -> Option<i32> {
    let id = header.get(68..72)?.try_into().ok()?;
    header.starts_with(MAGIC).then_some(i32::from_be_bytes(id))
}

/// The name of every table, or index, of this format, and the statement that makes it.
pub(super) fn definitions(kind: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let db = Connection::open_in_memory()?;
    for step in MIGRATIONS {
        db.execute_batch(step)?;
    }
    let sql = "SELECT name, sql FROM sqlite_schema
               WHERE type = ?1 AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
    let mut statement = db.prepare(sql)?;
    let all = statement.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
    all.collect()
}

/// A table that is missing or not as it should be shows as SQLite's general error.
fn is_schema_error(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error(), Some(error) if error.extended_code == ffi::SQLITE_ERROR)
        || matches!(error, rusqlite::Error::SqlInputError { .. })
}

pub(super) fn refusal(path: &Path, source: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ffi::ErrorCode::NotADatabase | ffi::ErrorCode::DatabaseCorrupt) => {
            OpenError::Damaged { path, source }
        }
        Some(ffi::ErrorCode::ReadOnly | ffi::ErrorCode::PermissionDenied) => {
            OpenError::ReadOnly { path }
        }
        _ if is_full(&source) => OpenError::Full { path },
        _ => OpenError::Refused { path, source },
    }
}

/// Whether SQLite found no space, and so has written nothing that counts.
pub(super) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        // The second: the file for shared memory could not grow.
        error.code == ffi::ErrorCode::DiskFull || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE
    })
}

fn no_access(path: &Path, source: io::Error) -> OpenError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::StorageFull => OpenError::Full { path },
        _ => OpenError::Io { path, source },
    }
}

/// What the writing connection needs.
fn configure(db: &Connection) -> Result<(), rusqlite::Error> {
    // `fullfsync` has a meaning on macOS only. Checkpoints are the writer's own business.
    db.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -8192;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA journal_size_limit = 33554432;",
    )
}

/// Takes the file from format `from` to [`FORMAT`], one transaction a step.
fn migrate(db: &mut Connection, from: i32) -> Result<(), rusqlite::Error> {
    let steps = MIGRATIONS.iter().zip(1..).filter(|(_, format)| *format > from);
    for (step, format) in steps {
        let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        if format == 1 {
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.execute_batch(
                "CREATE TABLE migration (
                     format INTEGER PRIMARY KEY, at INTEGER NOT NULL, release TEXT NOT NULL
                 ) STRICT",
            )?;
        }
        tx.execute_batch(step)?;
        tx.execute(
            "INSERT INTO migration VALUES (?1, CAST(unixepoch('subsec') * 1000 AS INTEGER), ?2)",
            (format, env!("CARGO_PKG_VERSION")),
        )?;
        tx.pragma_update(None, "user_version", format)?;
        tx.commit()?;
    }
    Ok(())
}
