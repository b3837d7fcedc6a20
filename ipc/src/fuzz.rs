//! Readers of what others send, as fuzzers and a test call them. Whatever the bytes are, none panics,
//! and what can be read reads back the same.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use alc_core::{Key, Label, Name, QueryId, Reference, SessionId};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Hello, Request, Response, Tagged, decode, encode, frame::read_frame};

/// What comes over a connection: frames with messages.
pub fn frames(bytes: &[u8]) {
    let mut rest = bytes;
    while let Ok(Ok(body)) = read_frame(&mut rest) {
        hello(&body);
        request(&body);
        response(&body);
    }
}

/// A request's body.
pub fn request(bytes: &[u8]) {
    message::<Tagged<Request>>(bytes);
}

/// A response's body.
pub fn response(bytes: &[u8]) {
    message::<Tagged<Response>>(bytes);
}

fn message<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) {
    if let Ok(message) = decode::<T>(bytes) {
        let again = encode(&message).and_then(|bytes| decode::<T>(&bytes));
        assert_eq!(again.ok(), Some(message));
    }
}

/// The first frame.
///
/// # Panics
/// If it reads back as another one.
pub fn hello(bytes: &[u8]) {
    if let Ok(hello) = Hello::from_bytes(bytes) {
        let again = Hello::from_bytes(&hello.to_bytes());
        // What is no UTF-8 in the version grows as it is shown, and is cut.
        assert!(again.is_ok_and(|again| Hello { build: hello.build.clone(), ..again } == hello));
    }
}

/// What names things on the command line.
pub fn words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    word::<Reference>(text);
    word::<SessionId>(text);
    word::<QueryId>(text);
    word::<Name>(text);
    word::<Key>(text);
    word::<Label>(text);
}

fn word<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    if let Ok(word) = text.parse::<T>() {
        assert_eq!(word.to_string().parse::<T>().ok(), Some(word));
    }
}
