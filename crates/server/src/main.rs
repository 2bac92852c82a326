//! The `renraku` binary.

use std::process::ExitCode;

use clap::Parser;
use renraku::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One provider of cryptography for all; it is refused only when there is one already.
    drop(rustls::crypto::ring::default_provider().install_default());
    match Cli::parse().run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("renraku: {error:#}");
            ExitCode::FAILURE
        }
    }
}
