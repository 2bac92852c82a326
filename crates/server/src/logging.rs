//! What the server writes about itself; see `docs/LOGGING.md`.

use std::{io::IsTerminal, panic};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, registry, util::SubscriberInitExt};

use crate::config::{Log, LogFormat};

/// What tells of its threads at `info`.
const FRAMEWORK: &str = "actix_server";

/// Begins to write the log to standard error. Does nothing when something else of this process already writes it.
pub fn start(log: &Log) {
    // The level was checked when the settings were read.
    let mut filter: Targets = log.level.parse().unwrap_or_default();
    if !log.level.contains(FRAMEWORK) {
        filter = filter.with_target(FRAMEWORK, LevelFilter::WARN);
    }
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = match log.format {
        LogFormat::Text => layer.with_ansi(std::io::stderr().is_terminal()).with_target(false).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    // A second subscriber is refused; tests start many servers in one process.
    if registry().with(layer.with_filter(filter)).try_init().is_ok() {
        panic::set_hook(Box::new(log_panic));
    }
}

/// A panic is a fault of ours. Where it happened is logged, not what it says: that may hold what somebody wrote.
fn log_panic(info: &panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    tracing::error!(panic.place = place, panic.thread = thread.name().unwrap_or_default(), "a panic");
}
