//! Stands between SQLite and the files of some folders: what it writes there is recorded, and fails
//! when it should.
//!
//! Every connection of this process goes through here, since nothing but the default VFS can be had
//! without the journal's knowledge; files of other folders keep the methods that they have.

#![expect(unsafe_code, reason = "SQLite takes a VFS as C functions")]

use std::{
    collections::HashMap,
    ffi::{CStr, c_char, c_int, c_void},
    path::{Path, PathBuf},
    ptr,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, Once, PoisonError,
        atomic::{AtomicPtr, Ordering},
    },
};

use rusqlite::ffi;

use super::disk::{Call, Disk, Verdict};

/// The VFS that does the work.
static REAL: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(ptr::null_mut());

static FOLDERS: Mutex<Vec<(PathBuf, Arc<Disk>)>> = Mutex::new(Vec::new());

/// The open files of those folders, by the address that SQLite knows them by.
static FILES: LazyLock<Mutex<HashMap<usize, File>>> = LazyLock::new(Mutex::default);

#[derive(Clone)]
struct File {
    disk: Arc<Disk>,
    name: String,
    real: ffi::sqlite3_io_methods,
    /// Where the file has `real` again before it is closed.
    methods: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has what SQLite writes into `folder` go to `disk`, too, until this is dropped.
pub(super) fn watch(folder: &Path, disk: Arc<Disk>) -> impl Drop + use<> {
    struct Watch(PathBuf);
    impl Drop for Watch {
        fn drop(&mut self) {
            lock(&FOLDERS).retain(|(folder, _)| *folder != self.0);
        }
    }
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(install);
    let folder = folder.canonicalize().expect("a folder");
    lock(&FOLDERS).push((folder.clone(), disk));
    Watch(folder)
}

fn install() {
    // SAFETY: SQLite gives its default VFS, which lives for ever, and takes a copy of it that lives
    // for ever, too. Its functions do not care which of the two they are called for.
    unsafe {
        let real = ffi::sqlite3_vfs_find(ptr::null());
        let mut ours = *real;
        ours.pNext = ptr::null_mut();
        ours.zName = c"watched".as_ptr();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        REAL.store(real, Ordering::SeqCst);
        let registered = ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
        assert_eq!(registered, ffi::SQLITE_OK);
    }
}

/// The disk of the folder in which this file lies, and the file's name there.
///
/// # Safety
/// `path` is null or a C string.
unsafe fn place(path: *const c_char) -> Option<(Arc<Disk>, String)> {
    if path.is_null() {
        return None;
    }
    // SAFETY: as the caller says.
    let path = Path::new(unsafe { CStr::from_ptr(path) }.to_str().ok()?);
    let folders = lock(&FOLDERS);
    let (_, disk) = folders.iter().find(|(folder, _)| path.parent() == Some(folder))?;
    Some((disk.clone(), path.file_name()?.to_str()?.to_owned()))
}

/// # Safety
/// As SQLite calls `xOpen`: `path` is null or a C string, and `file` has room for a file of the real
/// VFS, since ours says the same size.
unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    path: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let real = REAL.load(Ordering::SeqCst);
    // SAFETY: the arguments are SQLite's, the function the real VFS's. A file that was opened has
    // methods; it keeps a table of them that is ours alone, until it is closed.
    unsafe {
        let Some(function) = (*real).xOpen else { return ffi::SQLITE_ERROR };
        let opened = function(real, path, file, flags, out);
        if opened == ffi::SQLITE_OK
            && let Some((disk, name)) = place(path)
        {
            let methods = (*file).pMethods;
            let real = *methods;
            let ours = ffi::sqlite3_io_methods {
                // The second version has no memory-mapped reads.
                iVersion: real.iVersion.min(2),
                xClose: Some(close),
                xRead: Some(read),
                xWrite: Some(write),
                xTruncate: Some(truncate),
                xSync: Some(sync),
                ..real
            };
            (*file).pMethods = Box::into_raw(Box::new(ours));
            let opened = File { disk, name, real, methods: methods as usize };
            lock(&FILES).insert(file as usize, opened);
        }
        opened
    }
}

/// # Safety
/// As SQLite calls `xDelete`.
unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, path: *const c_char, sync: c_int) -> c_int {
    let real = REAL.load(Ordering::SeqCst);
    // SAFETY: the arguments are SQLite's, the function the real VFS's.
    unsafe {
        if let Some((disk, name)) = place(path)
            && let Verdict::Fail(code) = disk.call(&name, &Call::Delete { synced: sync != 0 })
        {
            return code;
        }
        (*real).xDelete.map_or(ffi::SQLITE_ERROR, |function| function(real, path, sync))
    }
}

fn number(number: i64) -> usize {
    usize::try_from(number).expect("a place in a file")
}

fn watched(file: *mut ffi::sqlite3_file) -> File {
    lock(&FILES).get(&(file as usize)).expect("it is open").clone()
}

/// # Safety
/// As SQLite calls `xClose`, for a file that [`open`] has opened.
unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let Some(File { real, methods, .. }) = lock(&FILES).remove(&(file as usize)) else {
        return ffi::SQLITE_MISUSE;
    };
    // SAFETY: the table was boxed by `open`, and nobody uses it after this.
    unsafe {
        drop(Box::from_raw((*file).pMethods.cast_mut()));
        (*file).pMethods = methods as *const ffi::sqlite3_io_methods;
        real.xClose.map_or(ffi::SQLITE_OK, |function| function(file))
    }
}

/// # Safety
/// As SQLite calls `xRead`, for a file that [`open`] has opened.
unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    bytes: *mut c_void,
    amount: c_int,
    at: i64,
) -> c_int {
    let File { disk, name, real, .. } = watched(file);
    if let Verdict::Fail(code) = disk.call(&name, &Call::Read) {
        return code;
    }
    // SAFETY: the arguments are SQLite's, the function the real VFS's.
    unsafe { real.xRead.map_or(ffi::SQLITE_IOERR, |function| function(file, bytes, amount, at)) }
}

/// # Safety
/// As SQLite calls `xWrite`, for a file that [`open`] has opened.
unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    amount: c_int,
    at: i64,
) -> c_int {
    let File { disk, name, real, .. } = watched(file);
    // SAFETY: SQLite says that so many bytes are there.
    let text = unsafe { std::slice::from_raw_parts(bytes.cast(), amount.cast_unsigned() as usize) };
    let verdict = disk.call(&name, &Call::Write { at: number(at), bytes: text });
    let amount = match verdict {
        Verdict::Pass => amount,
        Verdict::Fail(_) => amount / 2,
    };
    // SAFETY: the arguments are SQLite's, the function the real VFS's.
    let written =
        unsafe { real.xWrite.map_or(ffi::SQLITE_IOERR, |write| write(file, bytes, amount, at)) };
    if let Verdict::Fail(code) = verdict { code } else { written }
}

/// # Safety
/// As SQLite calls `xTruncate`, for a file that [`open`] has opened.
unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let File { disk, name, real, .. } = watched(file);
    let size_there = number(size);
    if let Verdict::Fail(code) = disk.call(&name, &Call::Truncate { size: size_there }) {
        return code;
    }
    // SAFETY: the arguments are SQLite's, the function the real VFS's.
    unsafe { real.xTruncate.map_or(ffi::SQLITE_IOERR, |function| function(file, size)) }
}

/// The file itself is not synced: that it would survive is what the disk remembers.
///
/// # Safety
/// As SQLite calls `xSync`, for a file that [`open`] has opened.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    let File { disk, name, .. } = watched(file);
    match disk.call(&name, &Call::Sync) {
        Verdict::Pass => ffi::SQLITE_OK,
        Verdict::Fail(code) => code,
    }
}
