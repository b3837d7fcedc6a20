//! Locks of files, waited for with a limit; the one in a data folder, held for life, is its ownership.

use std::{
    fs::{File, TryLockError},
    io,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// Takes the file's lock; `None` if it is still held at `until`.
pub fn take(file: File, until: Instant) -> io::Result<Option<File>> {
    let file = match try_take(file)? {
        Attempt::Taken(file) => return Ok(Some(file)),
        Attempt::Held(file) => file,
    };
    match wait(file)?.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok(locked) => locked.map(Some),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(None),
    }
}

/// Who owns a data folder.
#[derive(Debug)]
pub enum Owner<T> {
    /// The caller: he has the lock now.
    Caller(File),
    /// Somebody who listens.
    Met(T),
    /// Somebody who neither ended nor listened in time.
    Silent,
}

/// Takes the lock of a data folder. If somebody has it, he is about to end, or about to listen: waits
/// for the one, and looks with `meet` for the other now and then, since nobody is told of that.
pub fn own<T>(
    lock: File,
    until: Instant,
    mut meet: impl FnMut() -> Option<T>,
) -> io::Result<Owner<T>> {
    let lock = match try_take(lock)? {
        Attempt::Taken(lock) => return Ok(Owner::Caller(lock)),
        Attempt::Held(lock) => lock,
    };
    let free = wait(lock)?;
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(met) = meet() {
            return Ok(Owner::Met(met));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Owner::Silent);
        }
        if let Ok(locked) = free.recv_timeout(pause.min(left)) {
            return Ok(Owner::Caller(locked?));
        }
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

enum Attempt {
    Taken(File),
    Held(File),
}

fn try_take(file: File) -> io::Result<Attempt> {
    match file.try_lock() {
        Ok(()) => Ok(Attempt::Taken(file)),
        Err(TryLockError::WouldBlock) => Ok(Attempt::Held(file)),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Waits for the file's lock in a thread, since no system call waits for one with a limit. If the
/// receiver is gone by then, the lock is let go at once.
fn wait(file: File) -> io::Result<Receiver<io::Result<File>>> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().name("lock".to_owned()).spawn(move || {
        let locked = file.lock().map(|()| file);
        sender.send(locked).ok();
    })?;
    Ok(receiver)
}

#[cfg(test)]
mod tests {
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
        let taken = waiting.recv_timeout(Duration::from_mins(1)).expect("is told");
        drop(taken.expect("locks"));
    }

    #[test]
    fn the_owner_of_a_folder_is_met_or_followed_or_silent() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || File::create(folder.path().join("lock")).expect("opens");
        let (now, later) = (Instant::now(), Instant::now() + Duration::from_mins(1));
        let nobody = || None::<u8>;
        let Ok(Owner::Caller(first)) = own(open(), now, nobody) else { panic!("is free") };
        assert!(matches!(own(open(), now, nobody), Ok(Owner::Silent)));
        let mut looks = 0;
        let third = || {
            looks += 1;
            (looks == 3).then_some(7)
        };
        assert!(matches!(own(open(), later, third), Ok(Owner::Met(7))));
        let mut first = Some(first);
        let ends = || {
            first.take();
            nobody()
        };
        assert!(matches!(own(open(), later, ends), Ok(Owner::Caller(_))));
    }
}
