//! A frame on a stream: its length, four bytes and big-endian, and its body.

use std::io::{self, Read, Write};

use crate::{CodecError, FRAME_LIMIT};

/// A frame with this body.
pub(crate) fn frame(body: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    Ok([&length.to_be_bytes(), body].concat())
}

/// Writes a frame with this body, all of it.
pub(crate) fn write_frame(to: &mut impl Write, body: &[u8]) -> io::Result<()> {
    to.write_all(&frame(body)?)?;
    to.flush()
}

/// The next frame's body; refused, and not read, if it is over the limit.
pub(crate) fn read_frame(from: &mut impl Read) -> io::Result<Result<Vec<u8>, CodecError>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > FRAME_LIMIT {
        return Ok(Err(CodecError::TooLarge(length)));
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(Ok(body))
}
