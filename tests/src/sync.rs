//! Sync from outside: what a phone holds after any deltas is what a first sync would give it.

mod deltas;
mod losses;
mod model;
mod office;
mod people;
mod replica;
mod secrets;
mod tokens;
