use std::{
    env,
    io::{self, Write},
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::Command,
};

use clap::Args;

use crate::{
    demo::{self, Wish},
    server::Signals,
};

/// Start a demo office: an invented prefecture with staff, calendars, rooms, contacts and mail, the same each time, around
/// today. It runs as `serve` does, with settings of its own in DIR/renraku.toml; what is done in it is kept, and a
/// second start goes on from there.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku demo
  renraku demo --data /tmp/office --listen 127.0.0.1:9090 --staff 20000")]
pub struct Demo {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// How many people work there, at the first start
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(20..=20_000))]
    staff: u32,
    /// Lift the rates per person and device, for measuring
    #[arg(long)]
    unlimited: bool,
}

impl Demo {
    pub(super) fn run(self, data: Option<PathBuf>) -> anyhow::Result<bool> {
        let folder = data.unwrap_or_else(|| PathBuf::from("demo"));
        let Self { listen, staff, unlimited } = self;
        let wish = Wish { folder, listen, staff, unlimited };
        if demo::fill(&wish)? {
            start_anew();
        }
        let (running, welcome) = demo::open(&wish)?;
        let signals = Signals::hear()?;
        // Whoever reads it may have gone; the office is open all the same.
        let _ = writeln!(io::stdout(), "{welcome}");
        running.serve_until_told(signals)?;
        Ok(true)
    }
}

/// Goes on in a fresh process image, so that the memory that filling the office took is given back. Where the system does not
/// let it, this one goes on.
fn start_anew() {
    if let Ok(program) = env::current_exe() {
        let _refused = Command::new(program).args(env::args_os().skip(1)).exec();
    }
}
