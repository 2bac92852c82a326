use std::{fmt, io, path::Path};

use renraku_base::sheet::LineFault;

use crate::cli::say;

/// What an import did, or would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} new, {} changed, {} as they were", self.created, self.changed, self.unchanged)
    }
}

/// Why the transaction of an import does not commit.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    #[error(transparent)]
    Database(#[from] renraku_db::Error),
    #[error("lines are wrong")]
    Lines(Vec<LineFault>),
    #[error("this was a dry run")]
    DryRun(Counts),
}

/// Tells how an import of lines ended; `false` when lines were wrong.
pub(super) fn tell(file: &Path, ended: Result<Counts, Stop>) -> anyhow::Result<bool> {
    match ended {
        Ok(counts) => say(counts)?,
        Err(Stop::DryRun(counts)) => say(format_args!("{counts}; this was a dry run, nothing is stored"))?,
        Err(Stop::Lines(faults)) => {
            tell_faults(file, faults)?;
            return Ok(false);
        }
        Err(Stop::Database(error)) => return Err(error.into()),
    }
    Ok(true)
}

/// Names each line that is wrong, because of which nothing was imported.
pub(super) fn tell_faults(file: &Path, mut faults: Vec<LineFault>) -> io::Result<()> {
    faults.sort();
    for LineFault { line, complaint } in &faults {
        say(format_args!("{}:{line}: {complaint}", file.display()))?;
    }
    faults.dedup_by_key(|fault| fault.line);
    say(format_args!("Nothing was imported: {} of the lines cannot be taken.", faults.len()))
}
