#![doc = include_str!("../README.md")]

pub mod codec;
mod fault;
mod model;
mod rules;
pub mod source;

pub use fault::MailFault;
pub use model::{
    Attachment, Body, EmailAddress, Keywords, Mailbox, MailboxRole, Message, MessageDetail, MessagePatch,
    NewForward, NewMessage, NewReply,
};
