//! How `alc` and its daemon talk: messages, their bytes, where they meet, and the blocking client.
//!
//! A frame is a length (four bytes, big-endian) and a body. The first frame each way is a [`Hello`];
//! then the client sends requests, each with a number, and the daemon answers each number with any
//! count of interim responses and one last one.

mod client;
mod codec;
mod connection;
mod endpoint;
mod folder;
mod frame;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod hello;
mod home;
pub mod lock;
mod package;
mod pipe;
mod positional;
mod request;
mod response;
mod store;
mod user;

pub use client::{Client, ClientError, Listed, Observed};
pub use codec::{CodecError, FRAME_LIMIT, decode, encode};
pub use endpoint::{Endpoint, EndpointError};
pub use folder::{FolderError, check_private, make_private};
pub use hello::{BadHello, Errand, FolderId, Hello, PROTOCOL};
pub use home::{Home, NoHome};
pub use package::{Act, Install, Link, Manage, RunSpecs, SpecTarget};
pub use pipe::{answer, ask};
pub use request::{
    AddNote, After, Aim, Answer, Answers, BEAT, Branch, Cancel, Claim, Collect, Evals, Import,
    Lease, Leave, List, Named, Observe, PART, Part, ReadLog, Request, Resume, Spawn, Tagged, Wait,
    WaitFor,
};
pub use response::{
    Applied, Collected, ErrorCode, Examined, Failure, JournalFacts, Json, Lost, Origin, Page,
    Response, Resumed, Setting, Status, Stored, Unreadable,
};
pub use store::{CardRequest, Place, ValueRequest};
pub use user::is_own;
#[cfg(unix)]
pub use user::own_uid;
