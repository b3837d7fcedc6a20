//! Locks of files, waited for with a limit and without polling.

use std::{
    fs::{File, TryLockError},
    io,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Instant,
};

/// Takes the file's lock; `None` if it is still held at `until`.
pub(crate) fn take(file: File, until: Instant) -> io::Result<Option<File>> {
    match file.try_lock() {
        Ok(()) => return Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    match wait(file)?.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok(locked) => locked.map(Some),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(None),
    }
}

/// Waits for the file's lock in a thread, since no system call waits for one with a limit. If the
/// receiver is gone by then, the lock is let go at once.
pub(crate) fn wait(file: File) -> io::Result<Receiver<io::Result<File>>> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().name("lock".to_owned()).spawn(move || {
        let locked = file.lock().map(|()| file);
        sender.send(locked).ok();
    })?;
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_lock_is_taken_when_its_holder_lets_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || File::create(folder.path().join("lock")).expect("opens");
        let soon = Instant::now() + Duration::from_millis(20);
        let held = take(open(), soon).expect("locks").expect("is free");
        assert!(take(open(), soon).expect("waits").is_none());
        let waiting = wait(open()).expect("starts");
        drop(held);
        let taken = waiting.recv_timeout(Duration::from_secs(10)).expect("is told");
        drop(taken.expect("locks"));
    }
}
