//! Runs a command with a migrated, empty database of its own: `with_database VARIABLE program arguments…`.
//!
//! The database's URL is in the environment variable that the first argument names. The exit code is the
//! command's.

use std::process::{Command, ExitCode};

use database::test_support::TestDatabase;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(variable), Some(program)) = (arguments.next(), arguments.next()) else {
        tell("usage: with_database VARIABLE program arguments…");
        return ExitCode::from(2);
    };
    let database = TestDatabase::create().await;
    let status = Command::new(&program)
        .args(arguments)
        .env(variable, database.url())
        .status();
    match status {
        Ok(status) => ExitCode::from(
            status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .unwrap_or(1),
        ),
        Err(error) => {
            tell(&format!("{}: {error}", program.display()));
            ExitCode::from(127)
        }
    }
}

#[expect(clippy::print_stderr, reason = "a program for the command line")]
fn tell(line: &str) {
    eprintln!("{line}");
}
