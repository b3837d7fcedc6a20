//! A client's connection, on which every wait has a limit.

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use interprocess::local_socket::{Stream, traits::StreamCommon as _};

use crate::{
    CodecError, Endpoint,
    frame::{frame, read_frame},
    is_own,
};

/// After an error, also that the time is up, nothing more can be made of it.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Shared with the threads that wait for a pipe.
    stream: Arc<Stream>,
    /// What the socket's timers are set to.
    #[cfg(unix)]
    patience: Duration,
}

impl Connection {
    /// Connects, without a word said yet.
    pub(crate) fn open(endpoint: &Endpoint) -> io::Result<Self> {
        Ok(Self {
            stream: Arc::new(endpoint.connect()?),
            #[cfg(unix)]
            patience: Duration::ZERO,
        })
    }

    /// Whether the process at the other end acts for the same user.
    pub(crate) fn is_own(&self) -> bool {
        self.stream.peer_creds().is_ok_and(|peer| is_own(&peer))
    }

    /// Sends a frame with this body.
    pub(crate) fn send(&mut self, body: &[u8], patience: Duration) -> io::Result<()> {
        let frame = frame(body)?;
        self.within(patience, move |mut stream| stream.write_all(&frame))
    }

    /// The next frame's body; refused, and not read, if it is over the limit.
    pub(crate) fn receive(
        &mut self,
        patience: Duration,
    ) -> io::Result<Result<Vec<u8>, CodecError>> {
        self.within(patience, |mut stream| read_frame(&mut stream))
    }

    /// Reads or writes; a socket has timers of its own, which begin anew with what comes or goes.
    #[cfg(unix)]
    fn within<T>(
        &mut self,
        patience: Duration,
        act: impl FnOnce(&Stream) -> io::Result<T>,
    ) -> io::Result<T> {
        use interprocess::local_socket::traits::Stream as _;
        if self.patience != patience {
            self.stream.set_recv_timeout(Some(patience))?;
            self.stream.set_send_timeout(Some(patience))?;
            self.patience = patience;
        }
        act(&self.stream)
    }

    /// Reads or writes in a thread, since a pipe has no timer. A thread that is given up ends with
    /// the connection's other end.
    #[cfg(windows)]
    fn within<T: Send + 'static>(
        &mut self,
        patience: Duration,
        act: impl FnOnce(&Stream) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let stream = self.stream.clone();
        std::thread::Builder::new().name("pipe".to_owned()).spawn(move || {
            // Nobody may wait any more.
            sender.send(act(&stream)).ok();
        })?;
        receiver.recv_timeout(patience).map_err(|_| io::ErrorKind::TimedOut)?
    }
}
