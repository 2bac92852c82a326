//! What the server writes about itself; see `docs/LOGGING.md`.

use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, registry, util::SubscriberInitExt};

use crate::config::{Log, LogFormat};

/// Begins to write the log to standard error. Does nothing when something else of this process already writes it.
pub fn start(log: &Log) {
    // The level was checked when the settings were read.
    let filter: Targets = log.level.parse().unwrap_or_default();
    let layer = match log.format {
        LogFormat::Text => {
            tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).boxed()
        }
        LogFormat::Json => {
            tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr).boxed()
        }
    };
    // A second subscriber is refused; tests start many servers in one process.
    drop(registry().with(layer.with_filter(filter)).try_init());
}
