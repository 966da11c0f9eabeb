//! `sqlx::migrate!` reads a folder while compiling; Cargo must know that a new file matters.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
