//! The lease of a session, held on a connection of its own as long as this process lives.

use std::convert::Infallible;

use alc_core::SessionId;
use alc_ipc::{Claim, Lease};

use crate::{connect::Connector, error::CliError};

/// Takes the lease, says so, and keeps it; returns when that cannot be done.
pub(super) fn hold(
    session: &SessionId,
    steal: bool,
    connector: &Connector,
    taken: impl FnOnce(),
) -> Result<Infallible, CliError> {
    let mut link = connector.reading_session(&session.clone().into())?;
    let mut claim = |claim| {
        let lease = Lease { session: session.clone().into(), claim };
        link.call(|client| client.lease(lease.clone()))
    };
    claim(if steal { Claim::Steal } else { Claim::Take })?;
    taken();
    loop {
        claim(Claim::Keep)?;
    }
}
