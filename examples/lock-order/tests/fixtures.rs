//! Each directory in `testdata` says in comments what is found in it.

use gossa::api::Registry;
use std::path::Path;

#[test]
fn fixtures_are_as_wanted() {
    let registry = Registry::new().with(lock_order::LockOrder);
    let mut cases: Vec<_> =
        Path::new("testdata").read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    for case in cases {
        if let Err(failure) = gossa_test::check_dir(&case, &registry) {
            panic!("{}:\n{failure}", case.display());
        }
    }
}
