//! How much room there is on the disks that the server writes to. When there is none, writes are refused; somebody should
//! hear of it before.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use renraku_db::Location;

use crate::{config::Config, ticker::Ticker};

/// How often the disks are looked at.
const PAUSE: Duration = Duration::from_mins(1);

/// A folder that the server writes to, and with it a disk.
#[derive(Debug)]
pub(crate) struct Disk {
    /// What lies there, as the metrics call it.
    of: &'static str,
    folder: PathBuf,
    /// How many hundredths should be free.
    wanted_percent: u8,
    /// Whether there was too little room when it was last looked at.
    scarce: bool,
}

impl Disk {
    /// Every folder that a server with these settings writes to.
    pub fn all(config: &Config) -> Vec<Self> {
        let disk = |of: &'static str, folder: &Path| Self {
            of,
            folder: folder.to_owned(),
            wanted_percent: config.limits.free_percent,
            scarce: false,
        };
        let data = &config.server.data_dir;
        let mut disks = vec![disk("data", data)];
        if let Ok(Location::Sqlite(file)) = Location::parse(&config.database_url())
            && let Some(folder) = Path::new(&file).parent()
            && folder != data
        {
            disks.push(disk("database", folder));
        }
        if !config.mail.maildirs.is_empty() {
            disks.push(disk("mail", Path::new(&config.mail.maildirs)));
        }
        disks
    }

    /// How much of it is free for the server, from 0 to 1.
    fn free(&self) -> io::Result<f64> {
        let found = rustix::fs::statvfs(&self.folder)?;
        #[expect(clippy::cast_precision_loss, reason = "a figure for eyes")]
        Ok(found.f_bavail as f64 / found.f_blocks.max(1) as f64)
    }

    /// What somebody should hear of it; `None` when there is room enough.
    pub fn complaint(&self) -> Option<String> {
        let folder = self.folder.display();
        match self.free() {
            Ok(free) if self.is_scarce(free) => Some(format!(
                "only {:.0} % of the disk of {folder} are free (limits.free_percent is {}): make room before writes \
                 are refused",
                free * 100.0,
                self.wanted_percent
            )),
            Ok(_) => None,
            Err(error) => Some(format!("how much room there is for {folder} cannot be found out: {error}")),
        }
    }

    fn is_scarce(&self, free: f64) -> bool {
        free * 100.0 < f64::from(self.wanted_percent)
    }

    /// Takes the figure down and writes a line into the log when it has become scarce, or is no longer.
    fn look(&mut self) {
        if let Ok(free) = self.free() {
            metrics::gauge!("renraku_disk_free_ratio", "of" => self.of).set(free);
        }
        let complaint = self.complaint();
        let was_scarce = std::mem::replace(&mut self.scarce, complaint.is_some());
        match complaint {
            Some(complaint) if !was_scarce => tracing::warn!("{complaint}"),
            None if was_scarce => tracing::info!(disk = self.of, "there is room on the disk again"),
            Some(_) | None => {}
        }
    }
}

/// Looks at the disks now and every minute.
///
/// # Errors
/// When the system has no thread to give.
pub(crate) fn watch(config: &Config) -> io::Result<Ticker> {
    let mut disks = Disk::all(config);
    let mut look = move || disks.iter_mut().for_each(Disk::look);
    look();
    Ticker::start("disks", PAUSE, look)
}
