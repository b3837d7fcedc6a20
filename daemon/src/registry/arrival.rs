//! Sessions that are waited for before they are there.

use alc_core::{Reference, SessionId, SessionView};

use super::{Registry, RegistryError};

impl Registry {
    /// One session as it is once there is one that the reference names.
    pub(crate) async fn arrival(&self, session: &Reference) -> Result<SessionView, RegistryError> {
        // From here on none is missed.
        let mut arrivals = self.0.another_session.subscribe();
        loop {
            match self.state(session).await {
                // The registry that tells of them is this one.
                Err(RegistryError::NotFound(_)) if arrivals.changed().await.is_ok() => {}
                found => return found,
            }
        }
    }

    /// A session is on disk that was not there before.
    pub(crate) fn arrived(&self, id: &SessionId) {
        self.0.another_session.send_replace(());
        self.changed(id);
    }
}
