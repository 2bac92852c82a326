//! Directory clients from outside: LDAP v3.

mod bind;
pub mod client;
mod contacts;
mod hostile;
mod lists;
mod office;
mod photos;
mod searches;
mod text;
mod tls;
