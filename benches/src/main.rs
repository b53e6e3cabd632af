//! Throughput benchmarks of gossa beside its peers.
fn main() {}
