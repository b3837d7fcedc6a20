//! The scripts that have shells ask `alc`; they know no verb and no flag, and so never grow old.

use clap_complete::{Generator as _, Shell, env::Shells};

use crate::environment::COMPLETE;

/// For bash of our own: it cuts words at `=`, and so labels in two.
const BASH: &str = include_str!("alc.bash");

/// How zsh's script ends in a file that zsh loads when it is first needed, which is at once to answer.
const ZSH: &str = "
[[ $funcstack[1] != _alc ]] || _clap_dynamic_completer_alc \"$@\"
";

/// The script and the name of the file in which the shell looks for it.
pub(crate) fn script(shell: Shell) -> (String, String) {
    let mut script = Vec::new();
    if let Some(completer) = Shells::builtins().completer(&shell.to_string()) {
        // Writing to memory does not fail.
        let _ = completer.write_registration(COMPLETE, "alc", "alc", "alc", &mut script);
    }
    let script = String::from_utf8_lossy(&script).trim_start().to_owned();
    let script = match shell {
        Shell::Bash => BASH.to_owned(),
        Shell::Zsh => script + ZSH,
        _ => script,
    };
    (shell.file_name("alc"), script)
}
