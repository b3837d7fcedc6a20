//! Which files are opened, and that the others stay as they are.

use std::{fs, path::Path};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{
    super::{
        Journal, OpenError,
        schema::{open_reader, open_writer},
    },
    Env, Life,
};

/// What opening `file` is refused with; the file must be the same before and after.
fn refused(file: &Path) -> OpenError {
    let before = fs::read(file).expect("reads");
    let Err(error) = Journal::open(file) else { panic!("{file:?} was opened") };
    assert!(fs::read(file).expect("reads") == before, "the file was changed");
    error
}

/// A journal with a session in it, closed.
async fn journal() -> (TempDir, std::path::PathBuf) {
    let env = Env::new();
    let path = env.path();
    Life::spawn(&env.journal, 1).await;
    let Env { journal, folder } = env;
    journal.close().await;
    (folder, path)
}

#[test]
fn garbage_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("journal.db");
    for garbage in [&b"x"[..], &[0; 8192], b"SQLite format 3\0", &[0xff; 100]] {
        fs::write(&file, garbage).expect("writes");
        assert!(matches!(refused(&file), OpenError::Damaged { .. }));
        let beside = fs::read_dir(folder.path()).expect("lists").count();
        assert_eq!(beside, 1, "something was put beside it");
    }
}

#[tokio::test]
async fn a_journal_cut_short_is_refused_wherever_it_is_cut() {
    let (_folder, path) = journal().await;
    let whole = fs::read(&path).expect("reads");
    for length in [1, 16, 99, 100, 511, 4096, 8192, 16384, whole.len() - 1] {
        fs::write(&path, &whole[..length]).expect("writes");
        assert!(matches!(refused(&path), OpenError::Damaged { .. }), "{length}");
    }
}

#[tokio::test]
async fn a_journal_with_a_damaged_table_list_is_refused() {
    let (_folder, path) = journal().await;
    let mut bytes = fs::read(&path).expect("reads");
    bytes[100..8192].fill(0xa5);
    fs::write(&path, bytes).expect("writes");
    assert!(matches!(refused(&path), OpenError::Damaged { .. }));
}

#[tokio::test]
async fn a_journal_without_one_of_its_tables_is_refused() {
    let (_folder, path) = journal().await;
    Connection::open(&path).expect("opens").execute_batch("DROP TABLE label").expect("drops");
    assert!(matches!(refused(&path), OpenError::Damaged { .. }));
}

#[test]
fn the_database_of_another_program_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("journal.db");
    let setups = [
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 77",
        "PRAGMA journal_mode = WAL; CREATE TABLE session (n); PRAGMA user_version = 9",
    ];
    for setup in setups {
        fs::remove_file(&file).ok();
        let db = Connection::open(&file).expect("opens");
        db.execute_batch(setup).expect("writes");
        drop(db);
        assert!(matches!(refused(&file), OpenError::Foreign { .. }));
    }
}

#[tokio::test]
async fn a_newer_format_is_refused() {
    let (_folder, path) = journal().await;
    Connection::open(&path).expect("opens").pragma_update(None, "user_version", 9).expect("writes");
    assert!(matches!(refused(&path), OpenError::Newer { found: 9, known: 1, .. }));
}

#[tokio::test]
async fn a_newer_format_that_only_the_log_knows_of_is_refused() {
    let (_folder, path) = journal().await;
    let newer = Connection::open(&path).expect("opens");
    newer.pragma_update(None, "user_version", 9).expect("writes");
    // As a crash leaves it: copied while the log is not yet in the file.
    let copy = TempDir::new().expect("a folder");
    let file = copy.path().join("journal.db");
    fs::copy(&path, &file).expect("copies");
    let log = |path: &Path| path.with_extension("db-wal");
    fs::copy(log(&path), log(&file)).expect("copies");
    let log_before = fs::read(log(&file)).expect("reads");
    assert!(matches!(refused(&file), OpenError::Newer { found: 9, .. }));
    assert!(fs::read(log(&file)).expect("reads") == log_before, "the log was changed");
}

#[test]
fn an_empty_file_becomes_a_journal_but_not_beside_the_log_of_a_lost_one() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("journal.db");
    fs::write(&file, "").expect("writes");
    fs::write(folder.path().join("journal.db-wal"), "something").expect("writes");
    assert!(matches!(refused(&file), OpenError::Io { .. }));
    fs::remove_file(folder.path().join("journal.db-wal")).expect("removes");
    assert!(Journal::open(&file).is_ok());
}

#[test]
fn what_is_left_of_a_journal_that_was_being_made_is_in_nobodys_way() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("journal.db");
    for left in ["journal.db-new", "journal.db-new-journal", "journal.db-new-wal"] {
        fs::write(folder.path().join(left), "half").expect("writes");
    }
    assert!(Journal::open(&file).is_ok());
    let left = fs::read_dir(folder.path()).expect("lists").filter_map(Result::ok);
    assert!(left.into_iter().all(|file| !file.path().to_string_lossy().contains("-new")));
}

#[test]
fn a_folder_that_is_not_there_is_an_error_of_the_system() {
    let folder = TempDir::new().expect("a folder");
    let Err(error) = Journal::open(&folder.path().join("none/journal.db")) else {
        panic!("opened")
    };
    assert!(matches!(error, OpenError::Io { .. }));
}

#[tokio::test]
async fn a_closed_journal_is_one_file_of_the_current_format() {
    let (folder, path) = journal().await;
    let files = fs::read_dir(folder.path()).expect("lists");
    let mut names: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
    names.sort();
    assert_eq!(names, ["journal.db", "journal.reserve"]);
    let db = Connection::open(&path).expect("opens");
    let number = |sql| db.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("reads");
    assert_eq!(number("PRAGMA page_size"), 8192);
    assert_eq!(number("PRAGMA user_version"), 1);
    assert_eq!(number("SELECT format FROM migration"), 1);
    let text = |sql| db.query_row(sql, [], |row| row.get::<_, String>(0)).expect("reads");
    assert_eq!(text("PRAGMA journal_mode"), "wal");
    assert_eq!(text("PRAGMA integrity_check"), "ok");
}

#[tokio::test]
async fn every_connection_is_set_up_to_lose_nothing_and_to_trust_no_file() {
    // Older ones have a race that can damage the write-ahead log.
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    let (_folder, path) = journal().await;
    let number = |db: &Connection, name: &str| {
        let sql = format!("PRAGMA {name}");
        db.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("reads")
    };
    let writer = open_writer(&path).expect("opens");
    for (name, value) in [("synchronous", 2), ("fullfsync", 1), ("foreign_keys", 1)] {
        assert_eq!(number(&writer, name), value, "{name}");
    }
    for db in [&writer, &open_reader(&path).expect("opens")] {
        assert_eq!((number(db, "cell_size_check"), number(db, "trusted_schema")), (1, 0));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_a_new_journal() {
    use std::os::unix::fs::PermissionsExt;
    let env = Env::new();
    Life::spawn(&env.journal, 1).await;
    for file in [env.path(), env.path().with_extension("db-wal")] {
        let mode = fs::metadata(file).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
