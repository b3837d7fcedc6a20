//! `alc config`: the settings of the data folder. No daemon is needed.

use alc_ipc::{ClientError, Origin, Request, Response, Setting};

use crate::{
    args,
    connect::Connector,
    error::CliError,
    exit::Exit,
    json::{FileLine, SettingLine},
    output::Output,
    tool,
};

pub(super) fn run(
    args: &args::Config,
    connector: &Connector,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let answer = tool::ask("config", Request::Settings, connector.environment())?;
    let Response::Settings { settings, file } = answer else {
        return Err(ClientError::Confused.into());
    };
    match args {
        args::Config::Path if output.json() => output.object(&FileLine::new(&file))?,
        args::Config::Path => output.line(&file)?,
        args::Config::Show(show) => {
            for setting in &settings {
                print(setting, show.origin.then_some(file.as_str()), output)?;
            }
        }
    }
    Ok(Exit::Done)
}

/// `file` is where the settings are, if that is of interest.
fn print(setting: &Setting, file: Option<&str>, output: &mut Output) -> Result<(), CliError> {
    if output.json() {
        return Ok(output.object(&SettingLine::new(setting)?)?);
    }
    let Setting { key, value, origin } = setting;
    let line = format!("{key}={value}");
    Ok(match (file, origin) {
        (None, _) => output.line(&line),
        (Some(_), Origin::Environment) => output.line(&format!("{line}\tenvironment")),
        (Some(_), Origin::Default) => output.line(&format!("{line}\tdefault")),
        (Some(file), Origin::File) => output.line(&format!("{line}\t{file}")),
    }?)
}
