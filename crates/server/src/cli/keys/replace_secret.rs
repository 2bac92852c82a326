use anyhow::{Context, bail};
use renraku_db::Db;
use renraku_people::{ServerSecret, account};

use crate::{assembly, claim, cli::say, config::Config};

/// Makes a database usable whose secret is lost, with the one in the data folder or, where there is none, with a new one.
pub(super) fn replace(config: &Config, db: &Db, void_passwords: bool) -> anyhow::Result<()> {
    let _none_runs =
        claim::hold_data(config).map_err(|fault| fault.advise("server.data_dir", "server.listen"))?;
    let file = assembly::secret_file(config);
    let unusable = || {
        format!("the file {} cannot be used: move it away first, if it cannot be put right", file.display())
    };
    let present = ServerSecret::read(&file).with_context(unusable)?;
    if let Some(secret) = &present
        && db.read(|tx| account::is_sealed_by(tx, secret))?
    {
        bail!(
            "{} is the secret with which the database was used: there is nothing to replace",
            file.display()
        );
    }
    if !void_passwords {
        bail!(
            "this voids every password and app password and signs every phone out: put the former file back to {} if there is \
             any copy of it; if there is none, add --void-passwords",
            file.display()
        );
    }
    ServerSecret::open(&file).with_context(unusable)?;
    let accounts = db.write(account::void_secrets)?;
    say(format_args!("{} is the secret from now on.", file.display()))?;
    say(format_args!("{accounts} accounts have no password: `renraku user password NAME` gives a new one."))?;
    Ok(())
}
