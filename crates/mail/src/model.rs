//! Mail in the words of RFC 8621.

mod account;
mod keywords;
mod mailbox;
mod message;
mod outgoing;

pub use account::MailAccount;
pub use keywords::Keywords;
pub use mailbox::{Mailbox, MailboxRole};
pub use message::{Attachment, Body, EmailAddress, Message, MessageDetail, MessagePatch};
pub use outgoing::{ForwardForm, NewForward, NewMessage, NewReply};
