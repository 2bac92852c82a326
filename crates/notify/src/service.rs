//! The operations: the only way in.

mod delete_notification;
mod feed;
mod get_notification;
mod list_notifications;
mod mark_read;
mod queue_mail;
pub mod sync;
mod tell;
mod withdraw;

pub use delete_notification::delete_notification;
pub use feed::{record_for, record_gone_for, untell};
pub use get_notification::get_notification;
pub use list_notifications::list_notifications;
pub use mark_read::{mark_all_read, mark_read_about, patch_notification};
pub use queue_mail::{queue_mail, withdraw_mail};
pub use tell::{deliver, tell, tell_all};
pub use withdraw::withdraw_appointments;
