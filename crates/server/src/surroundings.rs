//! Whether what the settings name is there and can be used: files, folders, ports, the mail server.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    path::Path,
    time::Duration,
};

use renraku_db::{Db, Error};
use renraku_mail::service::{list_accounts, was_indexed};
use renraku_people::{ServerSecret, account, directory::service as directory};

use crate::{
    assembly,
    config::{Config, Smtp},
    ldap_source::{LdapSource, SOURCE},
};

/// How long the mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is wrong around a server with these settings, each with what to do.
///
/// # Errors
/// When the database fails.
pub(crate) fn complaints(config: &Config, db: &Db) -> Result<Vec<String>, Error> {
    let mut all: Vec<String> = bad_secret(config, db)?.into_iter().collect();
    all.extend(files(config).into_iter().filter_map(|(name, file)| unread(name, &file)));
    all.extend(ports(config).into_iter().filter_map(|(name, address)| closed(name, address)));
    if !config.smtp.host.is_empty() {
        all.extend(silent(&config.smtp));
    }
    all.extend(ldap_source(config, db)?);
    if !config.mail.maildirs.is_empty() {
        all.extend(no_folder(Path::new(&config.mail.maildirs)));
        all.extend(lost(db)?);
    }
    Ok(all)
}

/// What keeps the server from using its secret; that there is none yet is no fault of a database that was never used.
fn bad_secret(config: &Config, db: &Db) -> Result<Option<String>, Error> {
    let file = assembly::secret_file(config);
    let complaint = match ServerSecret::read(&file) {
        Ok(Some(secret)) if db.read(|tx| account::is_sealed_by(tx, &secret))? => return Ok(None),
        Ok(Some(_other)) => format!(
            "the server's secret ({}) is not the one with which the database was used: put the former file back",
            file.display()
        ),
        Ok(None) if db.read(account::is_sealed)? => assembly::lost_secret(&file),
        Ok(None) => return Ok(None),
        Err(error) => format!("the server's secret ({}) cannot be used: {error}", file.display()),
    };
    Ok(Some(format!("server.data_dir: {complaint}")))
}

/// The files that the settings name, each with the setting.
fn files(config: &Config) -> Vec<(&'static str, String)> {
    let named = [
        ("smtp.ca_file", config.smtp.ca_file.clone()),
        ("push.ca_file", config.push.ca_file.clone()),
        ("ldap.certificate", config.ldap.certificate.clone()),
        ("ldap.key", config.ldap.key.clone()),
    ];
    named.into_iter().filter(|(_, file)| !file.is_empty()).collect()
}

fn unread(name: &str, file: &str) -> Option<String> {
    let error = File::open(file).and_then(|file| file.metadata()).err()?;
    Some(format!(
        "{name}: {file} cannot be read ({error}): correct the path, or let the user who runs the server read it"
    ))
}

fn ports(config: &Config) -> Vec<(&'static str, SocketAddr)> {
    let ldap = [("ldap.listen", config.ldap.listen), ("ldap.tls_listen", config.ldap.tls_listen)];
    let ldap = ldap.into_iter().filter_map(|(name, address)| Some((name, address?)));
    std::iter::once(("server.listen", config.server.listen)).chain(ldap).collect()
}

/// What keeps the server from listening. That somebody does already is no fault: mostly it is the server itself.
fn closed(name: &str, address: SocketAddr) -> Option<String> {
    let error = TcpListener::bind(address).err()?;
    match error.kind() {
        ErrorKind::AddrInUse => None,
        ErrorKind::PermissionDenied => Some(format!(
            "{name}: port {} may not be opened ({error}): take one from 1024 on, or give the server CAP_NET_BIND_SERVICE",
            address.port()
        )),
        _ => Some(format!(
            "{name}: {address} cannot be listened on ({error}): write an address of this machine"
        )),
    }
}

/// What is wrong with the office's LDAP server, and what could not be taken when the staff was read there by the clock.
fn ldap_source(config: &Config, db: &Db) -> Result<Vec<String>, Error> {
    let source = match LdapSource::of(config) {
        Ok(Some(source)) => source,
        Ok(None) => return Ok(Vec::new()),
        Err(fault) => return Ok(vec![format!("{fault:#}")]),
    };
    let silent = source.probe().err().map(|fault| format!("ldap_source.url: {}: {fault}", source.name()));
    let mut all: Vec<String> = silent.into_iter().collect();
    if let Some((read_at, report)) = db.read(|tx| directory::get_source_report(tx, SOURCE))?
        && report.failed
    {
        let at = directory::office_time(read_at).format("%Y-%m-%d %H:%M");
        let mut faults = report.faults;
        if faults.is_empty() {
            // An older version kept them among the others.
            faults.push("not all could be taken: `renraku roster report` says what".to_owned());
        }
        all.extend(faults.iter().map(|line| format!("ldap_source ({at}): {line}")));
    }
    Ok(all)
}

fn silent(smtp: &Smtp) -> Option<String> {
    let error = connect(&smtp.host, smtp.port).err()?;
    Some(format!(
        "smtp.host: {} does not answer on port {} ({error}): mail waits and is tried again; look at smtp.host, smtp.port \
         and the network between",
        smtp.host, smtp.port
    ))
}

fn connect(host: &str, port: u16) -> io::Result<()> {
    let mut last = io::Error::from(ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_answers) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What keeps the server from making Maildirs in their folder; that it is not there yet is no fault.
fn no_folder(folder: &Path) -> Option<String> {
    let error = match fs::read_dir(folder) {
        Ok(_) => rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).err().map(io::Error::from)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => error,
    };
    Some(format!(
        "mail.maildirs: {} cannot be used ({error}): mount it, or let the user who runs the server read and write it",
        folder.display()
    ))
}

/// Mail that was there and is out of reach.
fn lost(db: &Db) -> Result<Option<String>, Error> {
    let lost = db.read(|tx| {
        let mut lost = Vec::new();
        for account in list_accounts(tx)? {
            if let Some(folder) = account.source.strip_prefix("maildir:")
                && fs::read_dir(Path::new(folder).join("cur")).is_err()
                && was_indexed(tx, &account.id)?
            {
                lost.push(folder.to_owned());
            }
        }
        Ok::<_, Error>(lost)
    })?;
    Ok(lost.first().map(|first| {
        format!(
            "mail.maildirs: {} Maildirs that were there cannot be read, {first} among them: mount their disk, or let the \
             user who runs the server read them",
            lost.len()
        )
    }))
}
