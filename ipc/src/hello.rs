//! The first frame each way, with a layout that never changes:
//!
//! ```text
//! magic "alc\n" | lowest u16 | highest u16 | capabilities u64 | data-folder id [16]
//! | errand u8 | sessions u32 | process u32 | build, UTF-8
//! ```
//!
//! Numbers are little-endian. The daemon answers a `Hello` with its own, also when the two have no
//! protocol in common, so that the client can name both versions. For the same reason a daemon is
//! asked to end here and not by a request: every client can end every daemon.

use std::{fmt, ops::RangeInclusive};

const MAGIC: &[u8; 4] = b"alc\n";
const FIXED: usize = 4 + 2 + 2 + 8 + 16 + 1 + 4 + 4;
const LONGEST: usize = FIXED + 255;

/// The protocols this build speaks.
pub const PROTOCOL: RangeInclusive<u16> = 1..=1;

/// Names a data folder, whatever its path; random, made with the folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FolderId(pub [u8; 16]);

impl fmt::Display for FolderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FolderId {
    /// Reads what [`fmt::Display`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        let mut id = [0; 16];
        for (place, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
        }
        Some(Self(id))
    }
}

/// Why a client comes, or what becomes of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Both: to talk, if they have a protocol in common.
    Talk,
    /// A client: the daemon is to end.
    Stop {
        /// Also while Lua is running; such sessions go on at the next start.
        force: bool,
    },
    /// A daemon: it ends now.
    Stopping,
    /// A daemon: it does not end, because so many sessions are running.
    Busy(u32),
}

impl Errand {
    /// The byte that says so, and a number of sessions.
    fn to_parts(self) -> (u8, u32) {
        match self {
            Self::Talk => (0, 0),
            Self::Stop { force: false } => (1, 0),
            Self::Stop { force: true } => (2, 0),
            Self::Stopping => (3, 0),
            Self::Busy(sessions) => (4, sessions),
        }
    }

    fn from_parts(byte: u8, sessions: u32) -> Result<Self, BadHello> {
        Ok(match byte {
            0 => Self::Talk,
            1 => Self::Stop { force: false },
            2 => Self::Stop { force: true },
            3 => Self::Stopping,
            4 => Self::Busy(sessions),
            _ => return Err(BadHello),
        })
    }
}

/// Who speaks, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The lowest and the highest protocol it speaks.
    pub protocols: RangeInclusive<u16>,
    /// A bit for each thing it can do beyond the protocol; none are defined yet.
    pub capabilities: u64,
    /// The data folder it serves, or wants served.
    pub folder: FolderId,
    /// Why they meet.
    pub errand: Errand,
    /// Which process speaks, to tell a daemon from the next one.
    pub process: u32,
    /// Its version, for messages.
    pub build: String,
}

/// The frame is no `Hello`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not alc's protocol")]
pub struct BadHello;

impl Hello {
    /// What this build says for a data folder.
    #[must_use]
    pub fn new(folder: FolderId) -> Self {
        let build = env!("CARGO_PKG_VERSION").to_owned();
        let process = std::process::id();
        Self { protocols: PROTOCOL, capabilities: 0, folder, errand: Errand::Talk, process, build }
    }

    /// The highest protocol that both sides speak.
    #[must_use]
    pub fn common(&self, other: &Self) -> Option<u16> {
        let highest = *self.protocols.end().min(other.protocols.end());
        let lowest = *self.protocols.start().max(other.protocols.start());
        (lowest <= highest).then_some(highest)
    }

    /// The frame's body.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LONGEST);
        bytes.extend(MAGIC);
        bytes.extend(self.protocols.start().to_le_bytes());
        bytes.extend(self.protocols.end().to_le_bytes());
        bytes.extend(self.capabilities.to_le_bytes());
        bytes.extend(self.folder.0);
        let (errand, sessions) = self.errand.to_parts();
        bytes.push(errand);
        bytes.extend(sessions.to_le_bytes());
        bytes.extend(self.process.to_le_bytes());
        bytes.extend(self.build.bytes().take(LONGEST - FIXED));
        bytes
    }

    /// Reads a frame's body.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadHello> {
        if bytes.len() > LONGEST {
            return Err(BadHello);
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or(BadHello)?;
        let (lowest, rest) = rest.split_first_chunk().ok_or(BadHello)?;
        let (highest, rest) = rest.split_first_chunk().ok_or(BadHello)?;
        let (capabilities, rest) = rest.split_first_chunk().ok_or(BadHello)?;
        let (folder, rest) = rest.split_first_chunk().ok_or(BadHello)?;
        let (&errand, rest) = rest.split_first().ok_or(BadHello)?;
        let (sessions, rest) = rest.split_first_chunk().ok_or(BadHello)?;
        let (process, build) = rest.split_first_chunk().ok_or(BadHello)?;
        Ok(Self {
            protocols: u16::from_le_bytes(*lowest)..=u16::from_le_bytes(*highest),
            capabilities: u64::from_le_bytes(*capabilities),
            folder: FolderId(*folder),
            errand: Errand::from_parts(errand, u32::from_le_bytes(*sessions))?,
            process: u32::from_le_bytes(*process),
            build: String::from_utf8_lossy(build).into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_layout_never_changes() {
        let folder = FolderId(*b"0123456789abcdef");
        for (errand, its_bytes) in [
            (Errand::Talk, b"\0\0\0\0\0"),
            (Errand::Stop { force: false }, b"\x01\0\0\0\0"),
            (Errand::Stop { force: true }, b"\x02\0\0\0\0"),
            (Errand::Stopping, b"\x03\0\0\0\0"),
            (Errand::Busy(258), b"\x04\x02\x01\0\0"),
        ] {
            let build = "0.1.0".to_owned();
            let process = 515;
            let hello = Hello { protocols: 1..=2, capabilities: 5, folder, errand, process, build };
            let before = b"alc\n\x01\0\x02\0\x05\0\0\0\0\0\0\x000123456789abcdef";
            let bytes = [before, &its_bytes[..], b"\x03\x02\0\0", b"0.1.0"].concat();
            assert_eq!(hello.to_bytes(), bytes);
            assert_eq!(Hello::from_bytes(&bytes), Ok(hello));
        }
    }

    #[test]
    fn two_builds_speak_the_highest_protocol_both_know() {
        let speaking = |protocols| Hello { protocols, ..Hello::new(FolderId::default()) };
        assert_eq!(speaking(1..=3).common(&speaking(2..=5)), Some(3));
        assert_eq!(speaking(1..=1).common(&speaking(2..=5)), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes: Vec<u8>) {
            let _ = Hello::from_bytes(&bytes);
            let _ = Hello::from_bytes(&[MAGIC.as_slice(), &bytes].concat());
        }

        #[test]
        fn a_folder_id_reads_back(id: [u8; 16]) {
            prop_assert_eq!(FolderId::parse(&FolderId(id).to_string()), Some(FolderId(id)));
        }
    }
}
