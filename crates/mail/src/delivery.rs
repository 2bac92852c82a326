//! How mail leaves: over SMTP, or into the Maildirs of the office.

mod bounce;
mod maildirs;
mod prepare;
mod smtp;

pub use maildirs::MaildirSender;
pub use smtp::{Encryption, SmtpSender, SmtpSettings};
