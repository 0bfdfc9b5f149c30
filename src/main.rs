//! The program. All of it is in the library, so that its functions are compiled once.

use std::process::ExitCode;

fn main() -> ExitCode {
    gyosil::command_line::run()
}
