//! The operations: the only way in.

mod create_memo;
mod delete_memo;
mod get_memo;
mod list_memos;
mod read_reach;
mod set_reach;
pub mod sync;
mod update_memo;
mod view;

pub use create_memo::create_memo;
pub use delete_memo::delete_memo;
pub use get_memo::get_memo;
pub use list_memos::list_memos;
pub use read_reach::{AHEAD, read_reach};
pub use set_reach::{get_setting, set_reach};
pub use update_memo::update_memo;
