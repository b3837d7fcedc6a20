//! How each platform starts a program when its user logs in: a file that says so, and the commands that
//! have the platform read it.

mod launchd;
mod schtasks;
mod systemd;

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use alc_ipc::Home;
use directories::BaseDirs;

use crate::{environment::Environment, launch};

/// The daemon cannot be installed, or not be removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServiceError {
    /// The platform names no folder for it.
    #[error("cannot tell where your own services are kept; set HOME")]
    NoPlace,
    /// There is no program to start.
    #[error("cannot find alcd")]
    NoProgram,
    /// A path of it cannot be written there.
    #[error("{} is no text, as services need it", .0.display())]
    NoText(PathBuf),
    /// The platform's own command cannot be run.
    #[error("cannot run {command}")]
    NoCommand { command: String, source: io::Error },
    /// It says no.
    #[error("`{command}` refused: {says}")]
    Refused { command: String, says: String },
    /// The file cannot be written, or not be removed.
    #[error("cannot write {}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// The daemon of one data folder as a service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Service {
    /// Where the platform looks for it.
    pub(crate) file: PathBuf,
    /// What it says.
    pub(crate) text: String,
    /// A line of it that names the program and the data folder.
    essence: String,
    /// Whether it goes on while the user is not logged in, where that can be chosen.
    pub(crate) lingers: Option<bool>,
    /// Commands that have the platform know it and start it.
    enable: Vec<Vec<String>>,
    /// Commands that have it end and be forgotten.
    disable: Vec<Vec<String>>,
}

/// What a service runs.
struct Runs<'a> {
    program: &'a str,
    home: &'a str,
    /// The variables that commands of scripts rely on.
    variables: Vec<(&'static str, &'a str)>,
}

impl Service {
    /// The daemon of `home`, as this platform's service.
    pub(crate) fn new(home: &Home, environment: &Environment) -> Result<Self, ServiceError> {
        let folders = BaseDirs::new().ok_or(ServiceError::NoPlace)?;
        let program = absolute(launch::program(environment), environment)?;
        let text = |path: &Path| {
            path.to_str().map(str::to_owned).ok_or_else(|| ServiceError::NoText(path.to_owned()))
        };
        let (program, data) = (text(&program)?, text(home.path())?);
        let wanted = |name: &str| matches!(name, "PATH" | "LANG" | "LC_ALL" | "TZ");
        let variables = environment.for_daemon.iter().filter(|(name, _)| wanted(name));
        let variables = variables.filter_map(|(name, value)| Some((*name, value.to_str()?)));
        let runs = Runs { program: &program, home: &data, variables: variables.collect() };
        Ok(if cfg!(windows) {
            schtasks::service(&runs, home)
        } else if cfg!(target_os = "macos") {
            launchd::service(&runs, folders.home_dir())
        } else {
            let user = environment.for_daemon.iter().find(|(name, _)| *name == "USER");
            let lingers = user.map(|(_, user)| systemd::lingers(user));
            Self { lingers, ..systemd::service(&runs, folders.config_dir()) }
        })
    }

    /// Whether it is installed; `Some(false)` if what is installed is another program or data folder.
    pub(crate) fn is_installed(&self) -> Option<bool> {
        let found = fs::read_to_string(&self.file).ok()?;
        Some(found.contains(&self.essence))
    }

    /// Has the platform start it, now and whenever the user logs in.
    pub(crate) fn install(&self) -> Result<(), ServiceError> {
        let written = || {
            if fs::read_to_string(&self.file).is_ok_and(|found| found == self.text) {
                return Ok(());
            }
            fs::create_dir_all(self.file.parent().unwrap_or(Path::new(".")))?;
            let draft = self.file.with_extension("tmp");
            fs::write(&draft, &self.text)?;
            fs::rename(&draft, &self.file)
        };
        written().map_err(|source| self.unwritable(source))?;
        self.enable.iter().try_for_each(|command| run(command))
    }

    /// Has the platform end and forget it; false if it was not there.
    pub(crate) fn uninstall(&self) -> Result<bool, ServiceError> {
        if !self.file.exists() {
            return Ok(false);
        }
        // What the platform has already forgotten it refuses to forget; the file is what counts.
        let forgotten = self.disable.iter().try_for_each(|command| run(command));
        match fs::remove_file(&self.file) {
            Ok(()) => forgotten.map(|()| true),
            Err(source) => Err(self.unwritable(source)),
        }
    }

    fn unwritable(&self, source: io::Error) -> ServiceError {
        ServiceError::Unwritable { path: self.file.clone(), source }
    }
}

fn run(words: &[String]) -> Result<(), ServiceError> {
    let command = words.join(" ");
    let Some((program, arguments)) = words.split_first() else { return Ok(()) };
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let says = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(ServiceError::Refused { command, says })
        }
        Err(source) => Err(ServiceError::NoCommand { command, source }),
    }
}

/// Where a program lies that is named as a shell would find it.
fn absolute(program: OsString, environment: &Environment) -> Result<PathBuf, ServiceError> {
    let program = PathBuf::from(program);
    if program.is_absolute() {
        return Ok(program);
    }
    let path = environment.for_daemon.iter().find(|(name, _)| *name == "PATH");
    let folders = path.map(|(_, folders)| folders.as_os_str()).unwrap_or_default();
    std::env::split_paths(folders)
        .map(|folder| folder.join(&program))
        .find(|found| found.is_absolute() && found.is_file())
        .ok_or(ServiceError::NoProgram)
}
