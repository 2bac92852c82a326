#![doc = include_str!("../README.md")]

pub mod access;
pub mod account;
pub mod directory;
mod fault;
mod lockout;
mod password_server;
mod passwords;
pub mod photo;
pub mod search;
mod server_secret;
mod session;
mod share;

pub use fault::AccountFault;
pub use password_server::{PasswordAnswer, PasswordServer, PasswordServerSilent, PasswordVerdict};
pub use passwords::Passwords;
pub use server_secret::ServerSecret;
pub use session::{AppPasswordLookup, Jwk, Jwks, Sessions};
pub use share::{Share, ShareChange, ShareTarget};
