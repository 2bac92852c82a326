use std::{
    path::{self, Path},
    sync::Arc,
};

use clap::Args;
use renraku_base::SystemClock;

use super::{Source, say};
use crate::{
    assembly, config, logging,
    server::{self, Signals},
};

/// Start the server: bring the schema up to date, listen, run jobs. SIGTERM and Ctrl-C end it cleanly: what was
/// acknowledged is kept, running requests are answered, streams are told to come back.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  renraku serve --print-config > /etc/renraku.toml
  renraku serve --config /etc/renraku.toml
  RENRAKU_LOG_FORMAT=json renraku serve")]
pub struct Serve {
    /// Print every setting with its meaning and its default, as a file to begin from, and end
    #[arg(long)]
    print_config: bool,
}

impl Serve {
    pub(super) fn run(self, source: &Source) -> anyhow::Result<bool> {
        if self.print_config {
            say(config::printed().trim_end())?;
            return Ok(true);
        }
        let config = source.read()?;
        logging::start(&config.log);
        // First of all: whoever starts in the wrong folder opens another office, or an empty one.
        tracing::info!(
            config.file = source.file().map_or_else(|| "none".to_owned(), |file| absolute(&file)),
            data.dir = absolute(&config.server.data_dir),
            database.is_new = assembly::is_new(&config)?,
            "starting"
        );
        let running = server::start(&config, Arc::new(SystemClock))?;
        running.serve_until_told(Signals::hear()?)?;
        Ok(true)
    }
}

fn absolute(path: &Path) -> String {
    path::absolute(path).unwrap_or_else(|_nowhere| path.to_owned()).display().to_string()
}
