//! Starts servers and speaks to them as a phone would.
//!
//! What a test does to the program it does through the public faces; only what they do not offer (making an account) is
//! done by the program's own operations.

mod answer;
mod command;
mod conformance;
mod mailbox;
mod phone;
mod process;
mod push_service;
mod samba;
mod server;
mod slapd;
mod smtp;
mod staff;
mod wire;

pub use answer::Answer;
pub use command::{run_beside, run_beside_with};
pub use mailbox::Mailbox;
pub use phone::{Ask, Phone};
pub use process::ServerProcess;
pub use push_service::PushService;
pub use samba::{DOMAIN, Samba};
pub use server::{TestServer, on_each_backend};
pub use slapd::{ADMIN, Entry, READER, SUFFIX, Slapd};
pub use smtp::{Manner, Received, Security, SmtpSink};
pub use staff::Staff;
pub use wire::Wire;
