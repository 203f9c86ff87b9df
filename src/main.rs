//! Wires, nothing more.

fn main() {}
