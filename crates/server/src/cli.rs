//! The command line, one file a command.

mod demo;
mod doctor;
mod import;
mod keys;
mod migrate;
mod openapi;
mod roster;
mod serve;
mod user;

use std::{
    fmt::Display,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use renraku_base::Timestamp;
use renraku_people::directory::service::office_time;

use crate::config::Config;

/// Renraku (連絡): schedule, directory, contacts and mail of a public office, for its phones.
#[derive(Debug, Parser)]
#[command(
    name = "renraku",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  renraku demo                                a whole office to try, in ./demo
  renraku serve --print-config > renraku.toml the settings to begin from
  renraku serve --config renraku.toml         the server"
)]
pub struct Cli {
    /// The file of the settings; without it renraku.toml in the current folder and, where there is none, the defaults: the
    /// data are in /var/lib/renraku then
    #[arg(long, global = true, value_name = "FILE", env = "RENRAKU_CONFIG")]
    config: Option<PathBuf>,
    /// The folder of a demo office (`demo` makes it in ./demo), whose settings are used
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "config")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a demo office: an invented prefecture with staff, calendars and mail
    Demo(demo::Demo),
    /// Start the server
    Serve(serve::Serve),
    /// Bring the database's schema up to date
    Migrate(migrate::Migrate),
    /// Look after accounts: add, list, password, disable, enable, devices, revoke, suppress, unsuppress, number, app-password
    User(user::User),
    /// Look after the keys that sign access tokens: list, rotate, replace-secret
    Keys(keys::Keys),
    /// Read data from files: the staff and their photos, rooms and cars, calendars, contacts
    Import(import::Import),
    /// Look after the yearly transfer of staff: list, show, announce, cancel, report, undo
    Roster(roster::Roster),
    /// Print the description of the API (OpenAPI 3.1, YAML)
    Openapi(openapi::Openapi),
    /// Examine the data and the settings and say what is wrong
    Doctor(doctor::Doctor),
}

impl Cli {
    /// Does what was asked. `false` says that it was done and found something wrong.
    ///
    /// # Errors
    /// When it could not be done, with the reason.
    pub fn run(self) -> anyhow::Result<bool> {
        let source = Source { config: self.config, data: self.data };
        match self.command {
            Command::Demo(_) if source.config.is_some() => {
                bail!("a demo office has settings of its own: leave out --config (or RENRAKU_CONFIG)")
            }
            Command::Demo(demo) => demo.run(source.data),
            Command::Serve(serve) => serve.run(&source),
            Command::Migrate(migrate) => migrate.run(&source),
            Command::User(user) => user.run(&source),
            Command::Keys(keys) => keys.run(&source),
            Command::Import(import) => import.run(&source),
            Command::Roster(roster) => roster.run(&source),
            Command::Openapi(openapi) => openapi.run(),
            Command::Doctor(doctor) => doctor.run(&source),
        }
    }
}

/// Where the settings come from.
#[derive(Debug)]
struct Source {
    config: Option<PathBuf>,
    data: Option<PathBuf>,
}

/// The name of the file of settings where none is named.
pub(crate) const CONFIG_FILE: &str = "renraku.toml";

impl Source {
    /// The file of the settings; `None` where there is none.
    fn file(&self) -> Option<PathBuf> {
        let named = self.config.clone().or_else(|| self.data.as_ref().map(|folder| folder.join(CONFIG_FILE)));
        named.or_else(|| Some(PathBuf::from(CONFIG_FILE)).filter(|file| file.exists()))
    }

    /// Reads the settings.
    fn read(&self) -> anyhow::Result<Config> {
        let file = self.file();
        let text = file.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let name = file.map_or_else(|| CONFIG_FILE.to_owned(), |file| file.display().to_string());
        Ok(Config::read(&name, &text, std::env::vars())?)
    }
}

/// Reads a day.
fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_no_day| "write a day as year-month-day, like 2027-04-01".to_owned())
}

/// An instant on the clocks of the office.
fn local(at: Timestamp) -> impl Display {
    office_time(at).format("%Y-%m-%d %H:%M")
}

/// Writes a line for whoever reads standard output.
fn say(line: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// Writes lines for whoever reads standard output.
fn say_all(lines: impl IntoIterator<Item = String>) -> io::Result<()> {
    lines.into_iter().try_for_each(say)
}

fn read_file(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_command_has_an_example() {
        let mut cli = Cli::command();
        cli.build();
        cli.clone().debug_assert();
        for command in cli.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            let help = command.clone().term_width(100).render_long_help().to_string();
            assert!(help.contains("Example"), "{help}");
            assert!(help.lines().all(|line| line.chars().count() <= 110), "{help}");
        }
    }
}
