//! The migrations are compiled in: a new folder there must compile this crate again.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
