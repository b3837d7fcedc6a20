//! Lets a connection drive a session.

use alc_ipc::{Claim, ErrorCode, Failure, Lease, Response};

use crate::{
    lease::{Driver, OtherDriver},
    registry::Registry,
};

pub(super) async fn lease(
    lease: Lease,
    registry: &Registry,
    driver: &Driver,
) -> Result<Response, Failure> {
    let session = registry.resolve(&lease.session).await?;
    match lease.claim {
        Claim::Take => driver.take(&session, false)?,
        Claim::Steal => driver.take(&session, true)?,
        Claim::Keep => driver.keep(&session).await?,
    }
    Ok(Response::Leased)
}

impl From<OtherDriver> for Failure {
    fn from(error: OtherDriver) -> Self {
        let hint = Some(format!("alc watch {}", error.0));
        Self { code: ErrorCode::OtherDriver, message: error.to_string(), hint }
    }
}
