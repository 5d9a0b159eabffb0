//! The embedded migrator reads a folder that Cargo does not know of: a new migration must rebuild it.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
