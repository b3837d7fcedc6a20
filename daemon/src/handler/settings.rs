//! What the settings of a data folder are, and who says so.

use alc_ipc::{ErrorCode, Failure, Home, Response};

use crate::{cause::chain, config::Given, preferences::Preferences};

/// Those of `home`, for a daemon that is given these.
pub(crate) fn settings(home: &Home, given: &Given) -> Result<Response, Failure> {
    let settings = Preferences::read(home.path(), given).map_err(|error| Failure {
        code: ErrorCode::Damaged,
        message: chain(&error),
        hint: None,
    })?;
    let file = Preferences::path(home.path()).display().to_string();
    Ok(Response::Settings { settings: settings.named(), file })
}
