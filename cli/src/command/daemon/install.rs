//! `alc daemon install`, `uninstall`: has the platform start the daemon when its user logs in.

use crate::{
    args,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::{FileLine, TextLine},
    output::Output,
    service::Service,
};

pub(super) fn install(
    args: &args::Install,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let service = Service::new(connector.home(), connector.environment())?;
    if !args.print {
        service.install()?;
        return tell(&service, output);
    }
    if output.json() {
        let name = service.file.file_name().unwrap_or_default().to_string_lossy();
        output.object(&TextLine::new(&name, &service.text))?;
    } else {
        output.bytes(service.text.as_bytes())?;
    }
    Ok(Exit::Done)
}

pub(super) fn uninstall(connector: &Connector, output: &mut Output) -> Result<Exit, CliError> {
    let service = Service::new(connector.home(), connector.environment())?;
    if service.uninstall()? { tell(&service, output) } else { Ok(Exit::Done) }
}

/// Which file is there now, or no longer.
fn tell(service: &Service, output: &mut Output) -> Result<Exit, CliError> {
    let path = service.file.display().to_string();
    if output.json() {
        output.object(&FileLine::new(&path))?;
    } else {
        output.line(&path)?;
    }
    Ok(Exit::Done)
}
