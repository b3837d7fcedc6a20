//! One request and its answer over a pair of pipes, as `alcd tool` has them: the frames of a
//! connection, without its limits on waiting, since a child process that hangs can be seen.

use std::io::{Read, Write};

use crate::{
    ClientError, FolderId, Hello, Request, Response, Tagged, decode, encode,
    frame::{read_frame, write_frame},
};

/// Asks the process at the other end, whose stdin and stdout these are.
pub fn ask(
    mut stdin: impl Write,
    mut stdout: impl Read,
    request: Request,
) -> Result<Response, ClientError> {
    let ours = Hello::new(FolderId::default());
    let request = encode(&Tagged { id: 1, body: request })?;
    let sent =
        write_frame(&mut stdin, &ours.to_bytes()).and_then(|()| write_frame(&mut stdin, &request));
    drop(stdin);
    // One that does not take all of it may have said why.
    let mut receive = || read_frame(&mut stdout).map_err(ClientError::Lost);
    let theirs = match receive() {
        Ok(hello) => Hello::from_bytes(&hello?).map_err(|_| ClientError::Confused)?,
        Err(lost) => return Err(sent.err().map_or(lost, ClientError::Lost)),
    };
    if ours.common(&theirs).is_none() {
        return Err(ClientError::Incompatible { ours: ours.build, theirs: theirs.build });
    }
    match decode::<Tagged<Response>>(&receive()??)?.body {
        Response::Failure(failure) => Err(ClientError::Refused(failure)),
        response => Ok(response),
    }
}

/// Answers the process at the other end; the other side of [`ask`].
pub fn answer(
    mut stdin: impl Read,
    mut stdout: impl Write,
    respond: impl FnOnce(Request) -> Response,
) -> Result<(), ClientError> {
    let mut receive = || read_frame(&mut stdin).map_err(ClientError::Lost);
    let theirs = Hello::from_bytes(&receive()??).map_err(|_| ClientError::Confused)?;
    let ours = Hello::new(FolderId::default());
    write_frame(&mut stdout, &ours.to_bytes()).map_err(ClientError::Lost)?;
    if ours.common(&theirs).is_none() {
        return Ok(());
    }
    let Tagged { id, body } = decode::<Tagged<Request>>(&receive()??)?;
    let response = encode(&Tagged { id, body: respond(body) })?;
    write_frame(&mut stdout, &response).map_err(ClientError::Lost)
}

#[cfg(test)]
mod tests {
    use std::io::{empty, sink};

    use super::*;
    use crate::{Errand, ErrorCode, Failure};

    /// What the other end writes when it is asked `request` and answers with `respond`.
    fn answered(request: Request, respond: impl FnOnce(Request) -> Response) -> Vec<u8> {
        let mut asked = Vec::new();
        assert!(ask(&mut asked, empty(), request).is_err());
        let mut said = Vec::new();
        answer(&asked[..], &mut said, respond).expect("answers");
        said
    }

    #[test]
    fn a_request_gets_its_answer() {
        let said = answered(Request::Status, |request| {
            assert_eq!(request, Request::Status);
            Response::Heartbeat
        });
        let response = ask(sink(), &said[..], Request::Status).expect("is answered");
        assert_eq!(response, Response::Heartbeat);
        let failure = Failure { code: ErrorCode::Invalid, message: "no".to_owned(), hint: None };
        let said = answered(Request::Status, |_| Response::Failure(failure.clone()));
        let refused = ask(sink(), &said[..], Request::Status);
        assert!(matches!(refused, Err(ClientError::Refused(told)) if told == failure));
    }

    #[test]
    fn what_is_cut_short_is_lost() {
        let said = answered(Request::Status, |_| Response::Heartbeat);
        for end in 0..said.len() {
            let lost = ask(sink(), &said[..end], Request::Status);
            assert!(matches!(lost, Err(ClientError::Lost(_))), "{end}");
        }
    }

    #[test]
    fn two_that_have_no_protocol_in_common_part_after_the_greeting() {
        let later =
            Hello { protocols: 900..=901, errand: Errand::Talk, ..Hello::new(FolderId::default()) };
        let mut greeting = Vec::new();
        write_frame(&mut greeting, &later.to_bytes()).expect("writes");
        let refused = ask(sink(), &greeting[..], Request::Status);
        assert!(matches!(refused, Err(ClientError::Incompatible { .. })));
        let mut said = Vec::new();
        answer(&greeting[..], &mut said, |_| Response::Heartbeat).expect("greets");
        assert!(matches!(ask(sink(), &said[..], Request::Status), Err(ClientError::Lost(_))));
    }
}
