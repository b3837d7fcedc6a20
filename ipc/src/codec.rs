//! Bodies to bytes and back; the only file that knows bincode.

use serde::{Serialize, de::DeserializeOwned};

/// The longest frame, in bytes, either way.
pub const FRAME_LIMIT: usize = 20 << 20;

/// Variable-length integers, and no allocation beyond the limit, whatever a length field claims.
fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<FRAME_LIMIT>()
}

/// A body has no bytes, or bytes have no body.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The message is over [`FRAME_LIMIT`].
    #[error("a message of {0} bytes is over the limit of {FRAME_LIMIT}")]
    TooLarge(usize),
    /// The message cannot be written.
    #[error("cannot encode a message")]
    Encode(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The bytes are no message of this type.
    #[error("cannot decode a message")]
    Decode(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The message ends before its frame does.
    #[error("a message has {0} bytes too many")]
    TrailingBytes(usize),
}

/// The bytes of a message, without the frame's length.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, CodecError> {
    let bytes = bincode::serde::encode_to_vec(message, config())
        .map_err(|error| CodecError::Encode(Box::new(error)))?;
    if bytes.len() > FRAME_LIMIT {
        return Err(CodecError::TooLarge(bytes.len()));
    }
    Ok(bytes)
}

/// The message in these bytes, which must be used up.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let (message, used) = bincode::serde::decode_from_slice(bytes, config())
        .map_err(|error| CodecError::Decode(Box::new(error)))?;
    match bytes.len() - used {
        0 => Ok(message),
        more => Err(CodecError::TrailingBytes(more)),
    }
}

#[cfg(test)]
mod tests {
    use alc_core::{CancelReason, IfExists, Key, ReasonCode, Reference, Seq, Usage};
    use proptest::prelude::*;

    use super::*;
    use crate::{Answer, Answers, Cancel, Json, Observe, Request, Response, Resume, Spawn, Tagged};

    fn spawn() -> Tagged<Request> {
        let source = "return alc.llm('2+2?')".to_owned();
        let ctx = Json(r#"{"a":[1,null]}"#.to_owned());
        let spawn = Spawn {
            name: Some("review".parse().expect("a name")),
            if_exists: IfExists::Reuse,
            labels: vec!["batch=b=1".parse().expect("a label")],
            key: Some(Key::from_random(7)),
            ..Spawn::new(source, "ask.lua".to_owned(), ctx)
        };
        Tagged { id: 7, body: Request::Spawn(spawn) }
    }

    #[test]
    fn a_message_reads_back() {
        let bytes = encode(&spawn()).expect("encodes");
        assert_eq!(decode::<Tagged<Request>>(&bytes).expect("decodes"), spawn());
        let session: Reference = "@.3".parse().expect("a reference");
        let observe = Request::Observe(Observe { session, after: Seq(41) });
        let bytes = encode(&observe).expect("encodes");
        assert_eq!(decode::<Request>(&bytes).expect("decodes"), observe);
    }

    #[test]
    fn what_json_leaves_out_reads_back_too() {
        let session: Reference = "@".parse().expect("a reference");
        for detail in [None, Some("why".to_owned())] {
            let reason = CancelReason { code: ReasonCode::User, detail, requested_at: 7 };
            let cancel = Request::Cancel(Cancel { session: session.clone(), reason });
            let bytes = encode(&cancel).expect("encodes");
            assert_eq!(decode::<Request>(&bytes).expect("decodes"), cancel);
        }
        let usages = [
            None,
            Some(Usage::default()),
            Some(Usage { prompt_tokens: Some(7), ..Usage::default() }),
        ];
        for usage in usages {
            let one = Answers::One { text: "yes".to_owned(), usage };
            let batch = Answers::Batch(vec![Answer { query: 3, text: "yes".to_owned(), usage }]);
            for answers in [one, batch] {
                let resume = Request::Resume(Resume::new(session.clone(), answers));
                let bytes = encode(&resume).expect("encodes");
                assert_eq!(decode::<Request>(&bytes).expect("decodes"), resume);
            }
        }
    }

    #[test]
    fn a_message_cut_anywhere_is_refused() {
        let bytes = encode(&spawn()).expect("encodes");
        for end in 0..bytes.len() {
            assert!(decode::<Tagged<Request>>(&bytes[..end]).is_err(), "cut at {end}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(decode::<Tagged<Request>>(&longer), Err(CodecError::TrailingBytes(1))));
    }

    #[test]
    fn a_claimed_length_allocates_nothing() {
        // A string that says it has 2^63 bytes.
        let bytes = [0, 4, 253, 0, 0, 0, 0, 0, 0, 0, 128];
        assert!(decode::<Tagged<Response>>(&bytes).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_decoding_panic(bytes: Vec<u8>) {
            let _ = decode::<Tagged<Request>>(&bytes);
            let _ = decode::<Tagged<Response>>(&bytes);
        }
    }
}
