//! One client: greets, reads requests, carries several out at a time, writes responses.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use alc_ipc::{
    CodecError, Errand, ErrorCode, FRAME_LIMIT, Failure, Hello, PROTOCOL, Request, Response,
    Tagged, decode, encode,
};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use interprocess::local_socket::tokio::Stream;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::codec::{Framed, LengthDelimitedCodec};

use crate::{handler, point::point, server::Daemon, visitor::Visitor};

/// How long a client may take to greet.
const GREETING: Duration = Duration::from_secs(5);
/// How often a request that takes long shows that the daemon is alive.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How many requests of one client may be under way.
const REQUESTS: usize = 64;
/// How long requests may take when the daemon ends.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// How many responses wait for a client to read before the requests do.
const RESPONSES: usize = 16;

type Frames<T> = Framed<T, LengthDelimitedCodec>;

/// Serves a client until it leaves, breaks the protocol, or the daemon ends.
pub(crate) async fn serve(stream: Stream, daemon: Daemon) {
    let mut frames = framed(stream);
    if greet(&mut frames, &daemon).await.is_none() {
        return;
    }
    let visitor = Arc::new(Visitor::new(&daemon.leases));
    let (responses, mut outbox) = mpsc::channel(RESPONSES);
    let mut requests = JoinSet::new();
    loop {
        tokio::select! {
            Some(response) = outbox.recv() => {
                if send(&mut frames, &response).await.is_none() {
                    return;
                }
            }
            frame = frames.next(), if requests.len() < REQUESTS => {
                let Some(request) = frame.and_then(Result::ok).and_then(|frame| decode(&frame).ok())
                else {
                    return;
                };
                let (daemon, visitor) = (daemon.clone(), visitor.clone());
                requests.spawn(answer(request, daemon, visitor, responses.clone()));
            }
            Some(_) = requests.join_next() => {}
            () = daemon.stop.cancelled() => break,
        }
    }
    drop(responses);
    say_last_words(&mut frames, &mut outbox).await;
    // Requests that are still under way have no response; that the connection ends says so.
}

fn framed<T: AsyncRead + AsyncWrite>(stream: T) -> Frames<T> {
    let codec = LengthDelimitedCodec::builder().max_frame_length(FRAME_LIMIT).new_codec();
    Framed::new(stream, codec)
}

/// Sends the responses of requests that are done by now, and of those that soon are: what was carried
/// out is told, as long as the client reads.
async fn say_last_words<T: AsyncWrite + Unpin>(
    frames: &mut Frames<T>,
    outbox: &mut mpsc::Receiver<Tagged<Response>>,
) {
    let last_words = async {
        // It ends when no request is under way.
        while let Some(response) = outbox.recv().await {
            send(frames, &response).await?;
        }
        Some(())
    };
    let _ = timeout(LAST_WORDS, last_words).await;
}

/// Exchanges greetings; `None` if the two cannot talk, or have nothing to talk about.
async fn greet(frames: &mut Frames<Stream>, daemon: &Daemon) -> Option<()> {
    let first = timeout(GREETING, frames.next()).await.ok()??.ok()?;
    let theirs = Hello::from_bytes(&first).ok()?;
    let errand = match theirs.errand {
        // Asked for by a client that means another folder, it is not done.
        Errand::Stop { force } if theirs.folder == daemon.folder => {
            handler::stop(force, daemon).await
        }
        _ => Errand::Talk,
    };
    let ours = Hello { errand, protocols: protocols(), ..Hello::new(daemon.folder) };
    frames.send(Bytes::from(ours.to_bytes())).await.ok()?;
    ours.common(&theirs).filter(|_| errand == Errand::Talk).map(|_| ())
}

/// What this daemon speaks; a test may have it speak what nobody else does.
fn protocols() -> RangeInclusive<u16> {
    fail::fail_point!("protocols", |_| u16::MAX..=u16::MAX);
    PROTOCOL
}

/// Carries one request out; its responses go to the outbox.
async fn answer(
    request: Tagged<Request>,
    daemon: Daemon,
    visitor: Arc<Visitor>,
    outbox: mpsc::Sender<Tagged<Response>>,
) {
    let Tagged { id, body } = request;
    let (interim, mut interims) = mpsc::channel(1);
    let last = handler::handle(body, &daemon, &visitor, &interim);
    tokio::pin!(last);
    let mut heartbeat = interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat.reset();
    let mut next = None;
    let last = loop {
        // The request goes on, also while its client does not read: it may be about to get what
        // others wait for, too.
        tokio::select! {
            biased;
            place = outbox.reserve(), if next.is_some() => match (place, next.take()) {
                (Ok(place), Some(body)) => place.send(Tagged { id, body }),
                _ => return,
            },
            Some(response) = interims.recv(), if next.is_none() => next = Some(response),
            last = &mut last => break last,
            _ = heartbeat.tick(), if next.is_none() => next = Some(Response::Heartbeat),
        }
    };
    if let Some(body) = next {
        let _ = outbox.send(Tagged { id, body }).await;
    }
    // A connection that has ended needs no response.
    while let Ok(body) = interims.try_recv() {
        let _ = outbox.send(Tagged { id, body }).await;
    }
    let _ = outbox.send(Tagged { id, body: last }).await;
}

async fn send<T: AsyncWrite + Unpin>(
    frames: &mut Frames<T>,
    response: &Tagged<Response>,
) -> Option<()> {
    point("response.before");
    let body = encode(response).or_else(|error| encode(&unsendable(response.id, &error))).ok()?;
    frames.send(Bytes::from(body)).await.ok()?;
    point("response.after");
    Some(())
}

/// What a client is told instead of a response that no frame holds.
fn unsendable(id: u32, error: &CodecError) -> Tagged<Response> {
    let (code, message) = match error {
        CodecError::TooLarge(_) => {
            (ErrorCode::TooLarge, format!("the response is too large: {error}"))
        }
        _ => (ErrorCode::Internal, error.to_string()),
    };
    Tagged { id, body: Response::Failure(Failure { code, message, hint: None }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_carried_out_is_told_when_the_daemon_ends() {
        let ids = 0..u32::try_from(3 * RESPONSES).expect("fits");
        let (responses, mut outbox) = mpsc::channel(RESPONSES);
        // One request that never ends, and more that have ended than the outbox holds.
        let _never = responses.clone();
        for id in ids.clone() {
            let responses = responses.clone();
            tokio::spawn(async move {
                responses.send(Tagged { id, body: Response::Heartbeat }).await.expect("is taken");
            });
        }
        drop(responses);
        let (ours, theirs) = tokio::io::duplex(64);
        let client = tokio::spawn(async move {
            let mut frames = framed(theirs);
            let mut told = Vec::new();
            while let Some(frame) = frames.next().await {
                let frame = frame.expect("a frame");
                told.push(decode::<Tagged<Response>>(&frame).expect("a response").id);
            }
            told
        });
        say_last_words(&mut framed(ours), &mut outbox).await;
        let mut told = client.await.expect("reads");
        told.sort_unstable();
        assert_eq!(told, ids.collect::<Vec<_>>());
    }
}
