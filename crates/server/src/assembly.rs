//! Puts the parts together from the settings.

use std::{
    fs,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use renraku_base::{Clock, SystemClock};
use renraku_db::{Db, Location, Settings};
use renraku_people::ServerSecret;

use crate::config::Config;

/// The clock of a real server.
#[must_use]
pub fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Opens the database of the settings as it is.
///
/// # Errors
/// When it cannot be opened, with what to do.
pub fn open_database(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Db> {
    let location = Location::parse(&config.database_url())?;
    if matches!(location, Location::Sqlite(_)) {
        make_data_folder(config)?;
    }
    let wait = Duration::from_secs(config.database.wait_s);
    Ok(Db::open(Settings { location, pool_size: config.database.pool, wait }, clock)?)
}

/// The secret of the installation, made when it is first asked for.
///
/// # Errors
/// When its file cannot be read or made, or may be read by others.
pub fn open_secret(config: &Config) -> anyhow::Result<ServerSecret> {
    make_data_folder(config)?;
    let file = config.server.data_dir.join("secret");
    ServerSecret::open(&file)
        .with_context(|| format!("the server's secret ({}) cannot be used", file.display()))
}

fn make_data_folder(config: &Config) -> anyhow::Result<()> {
    let folder = &config.server.data_dir;
    fs::create_dir_all(folder).with_context(|| {
        format!(
            "the data folder {} cannot be made: set server.data_dir to a folder of yours",
            folder.display()
        )
    })
}

/// The figures of the process; one collector serves all servers of a process.
///
/// # Errors
/// When another collector is there already.
pub fn figures() -> anyhow::Result<PrometheusHandle> {
    static FIGURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    const BUCKETS: [f64; 12] =
        [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];
    let install = || {
        let builder =
            PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS);
        builder.and_then(PrometheusBuilder::install_recorder).ok()
    };
    FIGURES
        .get_or_init(install)
        .clone()
        .context("the figures of this process are collected by something else")
}
