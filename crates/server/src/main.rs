//! The `renraku` binary.
fn main() {}
