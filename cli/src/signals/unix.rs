//! The thread that attends to signals and to stdout's reader, on Unix.

use std::{
    io::{self, IsTerminal as _, Stdout},
    os::{fd::AsFd as _, unix::net::UnixStream},
    ptr,
    sync::Arc,
    thread,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::{backend::SignalDelivery, exfiltrator::SignalOnly},
};

use super::{GRACE, Scene};

type Delivery = SignalDelivery<UnixStream, SignalOnly>;

/// Starts the thread. Where that fails, signals do what they do anyway.
pub(super) fn attend(scene: &Arc<Scene>, only_reads: bool) {
    let Ok(delivery) = register() else { return };
    let stdout = io::stdout();
    // A terminal that goes says so with a signal.
    let reader = (only_reads && !stdout.is_terminal()).then_some(stdout);
    let scene = Arc::clone(scene);
    let body = move || watch(&scene, delivery, reader);
    thread::Builder::new().name("signals".to_owned()).spawn(body).ok();
}

/// Has the signals delivered that the caller did not switch off (as `nohup` does).
fn register() -> io::Result<Delivery> {
    let (ours, handlers) = UnixStream::pair()?;
    let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
    SignalDelivery::with_pipe(ours, handlers, SignalOnly, heard)
}

#[expect(unsafe_code, reason = "nothing safe tells how a signal is handled")]
fn is_ignored(signal: i32) -> bool {
    // SAFETY: a `sigaction` may be all zeroes; the call fills it in and changes nothing, since it is
    // given no new action.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, ptr::null(), &raw mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
    }
}

fn watch(scene: &Scene, mut delivery: Delivery, mut stdout: Option<Stdout>) {
    loop {
        let Ok((signalled, reader)) = wait(delivery.get_read(), stdout.as_ref()) else { return };
        if signalled && let Some(signal) = delivery.pending().next() {
            scene.die(signal);
        }
        match reader {
            Reader::There => {}
            Reader::Gone => {
                stdout = None;
                lose_reader(scene);
            }
            Reader::Unknown => stdout = None,
        }
    }
}

/// A verb that waits ends now, any other when it prints.
fn lose_reader(scene: &Scene) {
    let mut now = scene.now();
    now.unread = true;
    if now.left.is_some() {
        scene.leave();
    }
}

/// What is known of whoever reads stdout.
#[derive(Clone, Copy)]
enum Reader {
    There,
    Gone,
    Unknown,
}

/// Waits for a signal, or for stdout's reader to go.
fn wait(signals: &UnixStream, stdout: Option<&Stdout>) -> Result<(bool, Reader), Errno> {
    // Without an event to wait for, macOS does not tell that a reader has gone. This one never
    // comes.
    let stdout = stdout.map(|stdout| PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::RDBAND));
    let mut ends = vec![PollFd::new(signals, PollFlags::IN)];
    ends.extend(stdout);
    match poll(&mut ends, None) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error),
    }
    let happened = |place| ends.get(place).map_or(PollFlags::empty(), PollFd::revents);
    let reader = match happened(1) {
        nothing if nothing.is_empty() => Reader::There,
        end if end.intersects(PollFlags::ERR | PollFlags::HUP) => Reader::Gone,
        _ => Reader::Unknown,
    };
    Ok((!happened(0).is_empty(), reader))
}

/// Whether what is printed is not held up: stdout takes more.
pub(super) fn stdout_has_room() -> bool {
    let stdout = io::stdout();
    let mut end = [PollFd::new(&stdout, PollFlags::OUT)];
    poll(&mut end, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

/// Whether stderr takes a line before long, though perhaps somebody must read first.
pub(super) fn takes_a_line() -> bool {
    let stderr = io::stderr();
    let mut end = [PollFd::new(&stderr, PollFlags::OUT)];
    let grace = Timespec::try_from(GRACE).unwrap_or_default();
    poll(&mut end, Some(&grace)).is_ok_and(|ready| ready > 0)
}
