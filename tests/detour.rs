//! What stands between clients and their daemon, and the frames that pass it.

use std::{
    fs, io,
    io::{Read as _, Write as _},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    thread,
};

use crate::env::TestEnv;

/// As long as this lives, clients that look for the daemon come here instead.
pub(crate) struct Detour {
    listener: UnixListener,
    address: PathBuf,
    daemon: String,
    endpoint: PathBuf,
    told: String,
}

impl Detour {
    /// In front of the daemon that runs.
    pub(crate) fn new(env: &TestEnv) -> Self {
        let endpoint = env.home().join("endpoint");
        let told = fs::read_to_string(&endpoint).expect("a daemon has run");
        let (folder, daemon) = told.trim_end().split_once('\n').expect("two lines");
        let address = env.folder().join("detour");
        let listener = UnixListener::bind(&address).expect("binds");
        fs::write(&endpoint, format!("{folder}\n{}\n", address.display())).expect("writes");
        Self { listener, address, daemon: daemon.to_owned(), endpoint, told }
    }

    /// Lets the next client through: to it goes what `answers` makes of what the daemon says.
    pub(crate) fn pass<T>(
        &self,
        answers: impl FnOnce(&UnixStream, &UnixStream) -> io::Result<T>,
    ) -> io::Result<T> {
        let (client, _) = self.listener.accept()?;
        let daemon = UnixStream::connect(&self.daemon)?;
        thread::scope(|scope| {
            scope.spawn(|| {
                let _ = io::copy(&mut &client, &mut &daemon);
                // The client has hung up, or was hung up on.
                let _ = daemon.shutdown(Shutdown::Both);
            });
            let answered = answers(&daemon, &client);
            let _ = client.shutdown(Shutdown::Both);
            answered
        })
    }
}

impl Drop for Detour {
    fn drop(&mut self) {
        let _ = fs::write(&self.endpoint, &self.told);
        let _ = fs::remove_file(&self.address);
    }
}

/// A frame with this body.
pub(crate) fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("fits");
    [&length.to_be_bytes(), body].concat()
}

pub(crate) fn send(mut to: &UnixStream, body: &[u8]) -> io::Result<()> {
    to.write_all(&frame(body))
}

/// The next frame's body.
pub(crate) fn receive(mut from: &UnixStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize];
    from.read_exact(&mut body)?;
    Ok(body)
}
