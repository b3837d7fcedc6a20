//! The command `alc`.

fn main() -> std::process::ExitCode {
    alc_cli::main()
}
