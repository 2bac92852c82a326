//! What a server takes for itself before it starts: its address and, on the embedded database, the data. Two servers on one
//! SQLite would not hear of each other's changes; on PostgreSQL there may be as many as one likes.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    net::{SocketAddr, TcpListener},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use renraku_db::Location;

use crate::{assembly, config::Config};

/// The address and the data of one server, until it is dropped or the process ends, however it does.
#[derive(Debug)]
pub struct Claim {
    pub(crate) listener: TcpListener,
    pub(crate) data: Option<File>,
}

/// Why something cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum ClaimFault {
    /// Another server has the data.
    #[error("another server runs on the data folder {0}")]
    Data(PathBuf),
    /// Another program listens there, or it is no address of this machine.
    #[error("{0} cannot be listened on")]
    Address(SocketAddr, #[source] io::Error),
    /// The mark that the data are taken cannot be set.
    #[error("{0} cannot be locked")]
    Lock(PathBuf, #[source] io::Error),
    /// The settings do not say where the data are, or their folder cannot be made.
    #[error("the data cannot be taken")]
    Place(#[source] anyhow::Error),
}

impl Claim {
    /// Takes what these settings name; nothing is kept when something cannot be taken.
    ///
    /// # Errors
    /// [`ClaimFault`], without saying what to do: that depends on who asks.
    pub fn of(config: &Config) -> Result<Self, ClaimFault> {
        let data = hold_data(config)?;
        let addr = config.server.listen;
        let listener = TcpListener::bind(addr).map_err(|error| ClaimFault::Address(addr, error))?;
        Ok(Self { listener, data })
    }
}

impl ClaimFault {
    /// The fault with what to do, where `data` and `listen` are the names of the settings of those who ask.
    pub(crate) fn advise(self, data: &str, listen: &str) -> anyhow::Error {
        let what = self.to_string();
        match self {
            Self::Data(_) => anyhow!("{what}: end it first, or give this one a folder of its own ({data})"),
            Self::Address(_, error) => {
                anyhow::Error::from(error).context(format!("{what}: choose another {listen}"))
            }
            Self::Lock(_, error) => anyhow::Error::from(error).context(what),
            Self::Place(error) => error,
        }
    }
}

/// Takes the data of the embedded database, as a server does; `None` on PostgreSQL.
///
/// # Errors
/// [`ClaimFault`] when a server runs on them or they cannot be taken.
pub(crate) fn hold_data(config: &Config) -> Result<Option<File>, ClaimFault> {
    let location =
        Location::parse(&config.database_url()).map_err(|error| ClaimFault::Place(error.into()))?;
    let Location::Sqlite(database) = location else { return Ok(None) };
    assembly::make_data_folder(config).map_err(ClaimFault::Place)?;
    // A file of its own: closing the database's would end the locks that SQLite holds on it.
    let path = PathBuf::from(format!("{database}.lock"));
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = file.map_err(|error| ClaimFault::Lock(path.clone(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            let folder = Path::new(&database).parent().filter(|folder| !folder.as_os_str().is_empty());
            Err(ClaimFault::Data(folder.unwrap_or(Path::new(".")).to_owned()))
        }
        Err(TryLockError::Error(error)) => Err(ClaimFault::Lock(path, error)),
    }
}
