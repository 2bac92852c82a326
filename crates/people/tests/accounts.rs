//! Sign-in and all that hangs on it.

mod app_passwords;
mod devices;
mod keys;
mod lockout;
mod login;
mod office;
mod preferences;
mod refresh;
mod secrets;
