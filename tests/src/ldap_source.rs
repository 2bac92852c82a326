//! The office's own LDAP server: people from it, and sign-in at it.

mod active_directory;
mod domain;
mod import;
mod office;
mod sign_in;
mod silent;
mod stub;
