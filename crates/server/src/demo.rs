//! The demo office: an invented prefecture that is the same each time, filled into an empty data folder.

mod contacts;
mod events;
mod facilities;
mod letter;
mod mails;
mod names;
mod people;
mod seeded;
mod table;
mod units;
