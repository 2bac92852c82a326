//! Puts the parts together from the settings.

use std::{
    fs::{DirBuilder, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use renraku_base::{Clock, Language, SystemClock};
use renraku_dav::Refusal;
use renraku_db::{Db, Location, Settings};
use renraku_people::{AccountFault, ServerSecret, account};
use renraku_rest::{Locales, preferred_language};

use crate::config::Config;

/// What people are told of refusals by the programs in which they see them: the texts of the phone, for those who prefer Japanese.
pub fn words_for_programs(locales: Locales) -> Box<renraku_dav::Say> {
    Box::new(move |accepted, refusal| {
        let language = preferred_language(accepted).filter(|language| *language == Language::Ja)?;
        let said = match refusal {
            Refusal::Of(fault) => locales.of(language).say(fault),
            Refusal::Japanese(said) => said.to_owned(),
        };
        Some((language, said))
    })
}

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
    if let Location::Sqlite(file) = &location {
        make_data_folder(config)?;
        make_database_file(Path::new(file))?;
    }
    let wait = Duration::from_secs(config.database.wait_s);
    Ok(Db::open(Settings { location, pool_size: config.database.pool, wait }, clock)?)
}

/// Opens the database of the settings, which must be there: for those who only look at what is stored.
///
/// # Errors
/// When it is not there or cannot be opened, with what to do.
pub fn open_existing_database(config: &Config) -> anyhow::Result<Db> {
    if let Location::Sqlite(file) = Location::parse(&config.database_url())?
        && !Path::new(&file).exists()
    {
        bail!(
            "there is no database at {file}: name other settings with --config, or make it with `renraku migrate`"
        );
    }
    open_database(config, system_clock())
}

/// Whether the settings name an SQLite file that is still to be made.
///
/// # Errors
/// When the settings do not say where the data are.
pub fn is_new(config: &Config) -> anyhow::Result<bool> {
    let location = Location::parse(&config.database_url())?;
    Ok(matches!(location, Location::Sqlite(file) if !Path::new(&file).exists()))
}

/// Makes the file before SQLite would, readable by its owner alone; what SQLite puts beside it has the same rights.
fn make_database_file(file: &Path) -> anyhow::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("the database {} cannot be made", file.display()))
        }
        _ => Ok(()),
    }
}

/// The secret of the installation, made when it is first asked for. One that a database was used with is not made anew: with
/// another nobody could sign in.
///
/// # Errors
/// When its file cannot be read or made, may be read by others, or is gone while the database was used with it.
pub fn open_secret(config: &Config, db: &Db) -> anyhow::Result<ServerSecret> {
    let file = secret_file(config);
    let open = || {
        let unusable = || format!("the server's secret ({}) cannot be used", file.display());
        ServerSecret::open(&file).with_context(unusable)
    };
    if file.exists() {
        return open();
    }
    make_data_folder(config)?;
    // Of servers that start on a new database at once one makes the secret, and seals the database with it before the next looks.
    db.write(|tx| {
        account::hold_seal(tx)?;
        if !file.exists() && account::is_sealed(tx)? {
            return Ok(Err(anyhow!("{}", lost_secret(&file))));
        }
        let opened = open();
        if let Ok(secret) = &opened {
            account::seal(tx, secret)?;
        }
        Ok::<_, AccountFault>(opened)
    })?
}

/// Where the secret is.
#[must_use]
pub fn secret_file(config: &Config) -> PathBuf {
    config.server.data_dir.join("secret")
}

/// What to say of a secret that is gone.
#[must_use]
pub fn lost_secret(file: &Path) -> String {
    format!(
        "the server's secret ({}) is gone, and the database was used with it: put it back from the back-up, or from the \
         data folder of another server on the database; if there is none, `renraku keys replace-secret` begins with another and voids all passwords",
        file.display()
    )
}

/// Makes the data folder, readable by its owner alone.
///
/// # Errors
/// When it cannot be made, with what to do.
pub fn make_data_folder(config: &Config) -> anyhow::Result<()> {
    let folder = &config.server.data_dir;
    make_folder(folder).with_context(|| {
        format!(
            "the data folder {} cannot be made: set server.data_dir (or RENRAKU_SERVER_DATA_DIR) to a folder of yours; \
             without settings it is /var/lib/renraku",
            folder.display()
        )
    })
}

/// Makes a folder and those above it, readable by their owner alone; one that is there stays as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
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

#[cfg(test)]
mod tests {
    use std::thread;

    use renraku_test_db::on_each_database;

    use super::*;

    fn config(folder: &Path) -> Config {
        let mut config = Config::read("renraku.toml", "", []).unwrap();
        config.server.data_dir = folder.to_owned();
        config
    }

    #[test]
    fn of_servers_that_start_at_once_one_makes_the_secret() {
        on_each_database(|db, _| {
            let folders = [(); 4].map(|()| tempfile::tempdir().unwrap());
            // The first folder is of two.
            let places = [0, 0, 1, 2, 3].map(|nth: usize| folders[nth].path());
            let made: Vec<Option<[u8; 32]>> = thread::scope(|scope| {
                let open = |place| scope.spawn(move || open_secret(&config(place), db));
                let opened = places.map(open).map(|started| started.join().unwrap());
                opened.into_iter().map(|secret| Some(secret.ok()?.derive("test"))).collect()
            });
            let there = places.map(|place| secret_file(&config(place)).exists());
            assert_eq!(
                made.iter().map(Option::is_some).collect::<Vec<_>>(),
                there,
                "who is refused leaves none"
            );
            let mut secrets: Vec<[u8; 32]> = made.into_iter().flatten().collect();
            secrets.dedup();
            assert_eq!(secrets.len(), 1, "{there:?}");
        });
    }
}
