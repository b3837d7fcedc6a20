//! A unit of the user's systemd.

use std::{ffi::OsStr, path::Path};

use super::{Runs, Service};

/// What the unit is called.
const UNIT: &str = "alcd.service";

pub(super) fn service(runs: &Runs<'_>, config: &Path) -> Service {
    let Runs { program, home, variables } = runs;
    let essence = format!("ExecStart={} run --home {}\n", command(program), command(home));
    let variables = variables
        .iter()
        .map(|(name, value)| format!("Environment={}\n", quoted(&format!("{name}={value}"))));
    let variables: String = variables.collect();
    // 5: another daemon serves the folder, such as one that `alc` started. 77, 78: somebody must mend
    // something first.
    let text = format!(
        "[Unit]\n\
         Description=Pause-and-resume Lua sessions (alc)\n\
         \n\
         [Service]\n\
         {essence}\
         {variables}\
         Restart=on-failure\n\
         RestartSec=1\n\
         SuccessExitStatus=5\n\
         RestartPreventExitStatus=77 78\n\
         \n\
         [Install]\n\
         WantedBy=default.target\n"
    );
    let systemctl = |words: &[&str]| {
        let words = ["systemctl", "--user"].iter().chain(words).chain(&[UNIT]);
        words.map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let reload = ["systemctl", "--user", "daemon-reload"].map(str::to_owned).to_vec();
    Service {
        file: config.join("systemd/user").join(UNIT),
        text,
        essence,
        lingers: None,
        enable: vec![reload, systemctl(&["enable", "--now"])],
        disable: vec![systemctl(&["disable", "--now"])],
    }
}

/// Whether the user's services go on while he is not logged in.
pub(super) fn lingers(user: &OsStr) -> bool {
    Path::new("/var/lib/systemd/linger").join(user).exists()
}

/// A word of a command, in which `$` stands for variables too.
fn command(word: &str) -> String {
    quoted(word).replace('$', "$$")
}

/// A word as systemd reads it.
fn quoted(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    format!("\"{}\"", escaped.replace('\n', "\\n").replace('\t', "\\t"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_names_its_program_and_folder_whatever_they_are_called() {
        let runs = Runs {
            program: "/opt/a b/alcd",
            home: "/home/x/100% \"$HOME\"",
            variables: vec![("PATH", "/bin:/a b")],
        };
        let service = service(&runs, Path::new("/home/x/.config"));
        assert_eq!(service.file, Path::new("/home/x/.config/systemd/user/alcd.service"));
        let exec = r#"ExecStart="/opt/a b/alcd" run --home "/home/x/100%% \"$$HOME\"""#;
        assert!(service.text.contains(exec), "{}", service.text);
        assert!(service.text.contains("Environment=\"PATH=/bin:/a b\"\n"), "{}", service.text);
    }
}
