//! Sign-in and all that hangs on it.

mod app_passwords;
mod devices;
mod keys;
mod ldap;
mod lockout;
mod login;
mod office;
mod password_server;
mod preferences;
mod refresh;
mod secrets;
