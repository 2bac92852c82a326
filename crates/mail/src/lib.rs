#![doc = include_str!("../README.md")]

pub mod codec;
pub mod delivery;
mod fault;
pub mod jobs;
mod model;
mod rules;
mod search;
pub mod service;
pub mod source;
mod store;
pub mod watch;

pub use fault::MailFault;
pub use model::{
    Attachment, Body, EmailAddress, ForwardForm, Keywords, MailAccount, Mailbox, MailboxRole, Message,
    MessageDetail, MessagePatch, NewForward, NewMessage, NewReply,
};
pub use rules::outgoing::is_address;
pub use search::SearchTexts;
