//! Installs the process-wide TLS provider, and runs the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Fails only where one is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    seam::cli::command_line::run()
}
