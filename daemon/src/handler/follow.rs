//! Follows a list: all of it, then what changes, in rounds.

use std::{future::pending, time::Duration};

use alc_core::SessionId;
use alc_ipc::{Failure, List, Response};
use tokio::{sync::mpsc, time::sleep};

use super::failure::json;
use crate::{
    cause::chain,
    journal::{Filter, ReadError},
    log,
    registry::{Changed, Registry, RegistryError},
};

/// How many sessions are read at a time.
const PAGE: usize = 64;
/// How long what changes may wait for more of its kind: a session that does much is told of once.
const ROUND: Duration = Duration::from_millis(50);

/// Tells for ever; whoever does not read is told of the latest only, and nothing piles up.
pub(super) async fn follow(
    list: List,
    registry: &Registry,
    interim: &mpsc::Sender<Response>,
) -> Result<Response, Failure> {
    let List { states, kinds, labels, since, .. } = list;
    let filter = Filter { states, kinds, labels, since };
    // From here on no change is missed.
    let mut news = registry.changes();
    let follower = Follower { filter, registry, interim };
    let mut changed = Changed::Anything;
    loop {
        match changed {
            Changed::Anything => follower.tell_all().await?,
            Changed::These(sessions) => follower.tell(&sessions).await?,
        }
        follower.send(Response::UpToDate).await;
        sleep(ROUND).await;
        changed = news.next().await;
    }
}

struct Follower<'a> {
    filter: Filter,
    registry: &'a Registry,
    interim: &'a mpsc::Sender<Response>,
}

impl Follower<'_> {
    async fn tell_all(&self) -> Result<(), Failure> {
        self.send(Response::Listing).await;
        let mut after = None;
        loop {
            let page = self.registry.list(self.filter.clone(), PAGE, after).await?;
            for session in &page.sessions {
                self.send(Response::Listed(json(session)?)).await;
            }
            for (_, error) in &page.damaged {
                log::line(&chain(error));
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn tell(&self, sessions: &[SessionId]) -> Result<(), Failure> {
        for id in sessions {
            let session = match self.registry.peek(id).await {
                Ok(session) => session,
                // It keeps nobody from hearing of the others.
                Err(RegistryError::Read(error @ ReadError::Damaged { .. })) => {
                    log::line(&chain(&error));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let listed = session.filter(|session| self.filter.lets_through(session));
            self.send(match listed {
                Some(session) => Response::Listed(json(&session)?),
                None => Response::Unlisted(id.clone()),
            })
            .await;
        }
        Ok(())
    }

    async fn send(&self, response: Response) {
        if self.interim.send(response).await.is_err() {
            // The connection is gone, and this with it.
            pending::<()>().await;
        }
    }
}
