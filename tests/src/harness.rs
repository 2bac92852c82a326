//! Starts servers and speaks to them as a phone would.
//!
//! What a test does to the program it does through the public faces; only what they do not offer (making an account) is
//! done by the program's own operations.

mod answer;
mod mailbox;
mod phone;
mod process;
mod server;
mod staff;
mod wire;

pub use answer::Answer;
pub use mailbox::Mailbox;
pub use phone::{Ask, Phone};
pub use process::ServerProcess;
pub use server::{TestServer, on_each_backend};
pub use staff::Staff;
pub use wire::Wire;
