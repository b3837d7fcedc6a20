//! The background process `alcd`.

fn main() -> std::process::ExitCode {
    alc_daemon::main()
}
