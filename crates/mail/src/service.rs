//! The operations: one file each, the only way in for faces and jobs.

mod accounts;
mod carry;
pub mod carrying;
mod delete_message;
mod follow;
mod get_message;
mod index;
mod index_anew;
mod list_mailboxes;
mod list_messages;
mod patch_message;
mod put_heads;
mod read_source;
mod send_message;
pub mod sync;

pub use accounts::{account_of, list_accounts, put_account, was_indexed};
pub(crate) use carry::apply_change;
pub use delete_message::delete_message;
pub use get_message::get_message;
pub use index::{Indexed, index_account, index_news, index_source};
pub use index_anew::index_anew;
pub use list_mailboxes::list_mailboxes;
pub use list_messages::{MessageQuery, list_messages};
pub use patch_message::patch_message;
pub use put_heads::{BulkHead, put_heads};
pub(crate) use read_source::files_of;
pub use read_source::{Original, get_attachment, get_body, get_original};
pub use send_message::{forward_message, reply_to_message, send_message};
