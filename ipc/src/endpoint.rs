//! Where client and daemon meet: a Unix socket or a named pipe; the only file that names them.
//!
//! The daemon picks the address and writes it into its data folder, because the two may see
//! different environments; clients read it there.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use interprocess::local_socket::{GenericFilePath, Name, Stream, prelude::*};
#[cfg(unix)]
use interprocess::os::unix::uds_local_socket;

use crate::{FolderId, Home};

/// The longest socket path that every Unix takes (macOS has 104 bytes with the final NUL).
#[cfg(unix)]
const LONGEST_PATH: usize = 103;

/// How long a daemon may take until it has room for one more client.
#[cfg(unix)]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// An address of a daemon, and whose folder it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    address: PathBuf,
    folder: FolderId,
}

/// The data folder's endpoint file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// It cannot be read or written.
    #[error("cannot access {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It does not say what it should.
    #[error("{path} is damaged")]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
}

impl Endpoint {
    /// Where a daemon of `home` may listen, best first: at a socket in the folder, or in a folder of
    /// its own under one of `others`; never at a path that is too long for a socket or that cannot be
    /// published as text.
    #[cfg(unix)]
    #[must_use]
    pub fn candidates(home: &Home, folder: FolderId, others: &[PathBuf]) -> Vec<Self> {
        let elsewhere = others.iter().map(|other| other.join(format!("alc-{folder}")));
        std::iter::once(home.path().to_owned())
            .chain(elsewhere)
            .map(|place| place.join("alcd.sock"))
            .filter(|path| path.to_str().is_some_and(|path| path.len() <= LONGEST_PATH))
            .map(|address| Self { address, folder })
            .collect()
    }

    /// Where a daemon of `home` listens: at a pipe named after the folder's id.
    #[cfg(windows)]
    #[must_use]
    pub fn candidates(_home: &Home, folder: FolderId, _others: &[PathBuf]) -> Vec<Self> {
        vec![Self { address: PathBuf::from(format!(r"\\.\pipe\alc-{folder}")), folder }]
    }

    /// What the daemon of `home` wrote; `None` if there never was one.
    pub fn read(home: &Home) -> Result<Option<Self>, EndpointError> {
        let path = home.endpoint();
        let text = match fs::read(&path) {
            Ok(bytes) => String::from_utf8(bytes).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EndpointError::File { path, source }),
        };
        let parsed = text.split_once('\n').and_then(|(folder, address)| {
            let address = PathBuf::from(address.strip_suffix('\n')?);
            Some(Self { address, folder: FolderId::parse(folder)? })
        });
        parsed.map(Some).ok_or(EndpointError::Damaged { path })
    }

    /// Tells clients of `home`; they see the old text or the new, never half of it.
    pub fn publish(&self, home: &Home) -> Result<(), EndpointError> {
        // Mostly it is the address of the last daemon, and a full disk takes no new file.
        if Self::read(home).is_ok_and(|published| published.as_ref() == Some(self)) {
            return Ok(());
        }
        let path = home.endpoint();
        let draft = path.with_extension("tmp");
        let text = format!("{}\n{}\n", self.folder, self.address.display());
        fs::write(&draft, text)
            .and_then(|()| fs::rename(&draft, &path))
            .map_err(|source| EndpointError::File { path, source })
    }

    /// The socket's path or the pipe's name.
    #[must_use]
    pub fn address(&self) -> &Path {
        &self.address
    }

    /// The data folder behind it.
    #[must_use]
    pub fn folder(&self) -> FolderId {
        self.folder
    }

    /// The address in the form that listeners take.
    pub fn name(&self) -> io::Result<Name<'_>> {
        self.address.as_path().to_fs_name::<GenericFilePath>()
    }

    /// Connects, without a word said yet. Fails with `WouldBlock` if the daemon takes nobody in for
    /// two seconds. Not through `interprocess`, whose own limit takes a socket with a full queue for
    /// a connected one.
    #[cfg(unix)]
    pub(crate) fn connect(&self) -> io::Result<Stream> {
        use rustix::net::{
            AddressFamily, SocketAddrUnix, SocketType, connect, socket,
            sockopt::{Timeout, set_socket_timeout},
        };
        let socket = socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
        rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
        set_socket_timeout(&socket, Timeout::Send, Some(PATIENCE))?;
        let address = SocketAddrUnix::new(&self.address)?;
        rustix::io::retry_on_intr(|| connect(&socket, &address))?;
        Ok(uds_local_socket::Stream::from(socket).into())
    }

    /// Connects, without a word said yet; at once or not at all.
    #[cfg(windows)]
    pub(crate) fn connect(&self) -> io::Result<Stream> {
        Stream::connect(self.name()?)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn home(path: &Path) -> Home {
        Home::find(Some(path.to_owned())).expect("a path")
    }

    #[test]
    fn what_is_published_reads_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = home(folder.path());
        assert_eq!(Endpoint::read(&home).expect("reads"), None);
        let [endpoint] = &Endpoint::candidates(&home, FolderId([7; 16]), &[])[..] else {
            panic!("one place")
        };
        endpoint.publish(&home).expect("writes");
        assert_eq!(Endpoint::read(&home).expect("reads").as_ref(), Some(endpoint));
        fs::write(home.endpoint(), "nonsense").expect("writes");
        assert!(matches!(Endpoint::read(&home), Err(EndpointError::Damaged { .. })));
    }

    #[test]
    fn a_folder_too_deep_for_a_socket_gets_one_elsewhere() {
        let deep = home(&Path::new("/tmp").join("d".repeat(120)));
        let others = [deep.path().to_owned(), "/run/user/7".into(), "/tmp".into()];
        let endpoints = Endpoint::candidates(&deep, FolderId([7; 16]), &others);
        let addresses: Vec<_> = endpoints.iter().map(Endpoint::address).collect();
        assert!(addresses.iter().all(|address| address.as_os_str().len() <= LONGEST_PATH));
        let [first, second] = addresses[..] else { panic!("two places") };
        assert!(first.starts_with("/run/user/7") && second.starts_with("/tmp"));
    }

    #[test]
    fn a_daemon_that_takes_nobody_in_is_not_waited_for_for_ever() {
        use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, bind, listen, socket};
        let folder = tempfile::tempdir().expect("a folder");
        let home = home(folder.path());
        let endpoint = Endpoint::candidates(&home, FolderId([7; 16]), &[]).remove(0);
        let listener = socket(AddressFamily::UNIX, SocketType::STREAM, None).expect("a socket");
        let address = SocketAddrUnix::new(endpoint.address()).expect("an address");
        bind(&listener, &address).expect("binds");
        listen(&listener, 1).expect("listens");
        // Nobody accepts; one more than there is room for meets the limit, where a system has the
        // client wait at all.
        let mut waiting = Vec::new();
        let refused = loop {
            match endpoint.connect() {
                Ok(stream) => waiting.push(stream),
                Err(error) => break error,
            }
        };
        let kinds = [io::ErrorKind::WouldBlock, io::ErrorKind::ConnectionRefused];
        assert!(kinds.contains(&refused.kind()), "{refused:?}");
    }
}
