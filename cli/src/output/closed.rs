//! Whether the process began without a stdout, as with `>&-`.
//!
//! Before `main`, Rust puts `/dev/null` where a standard descriptor is missing, and what is printed
//! would be lost without a word. So this is found out earlier.

#[cfg(unix)]
pub(super) use self::unix::stdout_was_closed;

/// Windows leaves it missing.
#[cfg(windows)]
pub(super) fn stdout_was_closed() -> bool {
    use std::os::windows::io::AsRawHandle as _;
    std::io::stdout().as_raw_handle().is_null()
}

#[cfg(unix)]
mod unix {
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::{
        io::{Errno, fcntl_getfd},
        stdio::stdout,
    };

    static CLOSED: AtomicBool = AtomicBool::new(false);

    // SAFETY: both sections hold functions of this type, which the C runtime calls once before
    // `main`. This one makes a system call and stores to an atomic, so that it does not matter that
    // nothing else is set up then.
    #[expect(unsafe_code, reason = "only the linker has something called before Rust's runtime")]
    #[used]
    #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
    #[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
    static LOOK: extern "C" fn() = look;

    extern "C" fn look() {
        CLOSED.store(fcntl_getfd(stdout()) == Err(Errno::BADF), Ordering::Relaxed);
    }

    pub(in crate::output) fn stdout_was_closed() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }
}
