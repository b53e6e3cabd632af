//! Several configurations in one run: a file that is in more than one is parsed once, and its
//! trees go when the last of them is done.

use camino::Utf8PathBuf;
use gossa_db::{Options, PackageInput, Session, SilentProgress, parse};
use gossa_load::{BuildConfig, MemorySystem};
use std::sync::Arc;

/// A Go installation with one package, and a module with a file for everyone and one for Windows.
fn world() -> MemorySystem {
    let mut world = MemorySystem::new();
    world
        .add_file("/go/VERSION", "go1.27.3\n")
        .add_file("/go/src/runtime/runtime.go", "package runtime\n")
        .add_file("/go/src/unsafe/unsafe.go", "package unsafe\n\ntype Pointer *int\n")
        .add_file("/m/go.mod", "module example.com/m\n\ngo 1.27\n")
        .add_file("/m/a.go", "package m\n\nfunc A() int { return b() }\n")
        .add_file("/m/b_linux.go", "package m\n\nfunc b() int { return 1 }\n")
        .add_file("/m/b_windows.go", "package m\n\nfunc b() int { return 2 }\n");
    world
}

fn sessions(one_shot: bool) -> Vec<Session> {
    let options = Options {
        system: Arc::new(world()),
        config: BuildConfig { goroot: Some("/go".into()), ..BuildConfig::default() },
        dir: Utf8PathBuf::from("/m"),
        patterns: vec![".".to_owned()],
        jobs: 2,
        one_shot,
    };
    let config = |goos: &str| BuildConfig {
        goos: Some(goos.to_owned()),
        goarch: Some("amd64".to_owned()),
        ..options.config.clone()
    };
    Session::load_all(&options, &[config("linux"), config("windows")]).expect("it loads")
}

fn package(session: &Session) -> PackageInput {
    let root = session.program().roots[0];
    session.packages()[root.as_usize()]
}

#[test]
fn a_common_file_is_parsed_once_and_released_by_the_last() {
    let sessions = sessions(true);
    let trees = |session: &Session, name: &str| {
        let db = session.db();
        let files = package(session).files(&db).to_vec();
        let file = files.into_iter().find(|file| file.path(&db).ends_with(name));
        file.map(|file| parse(&db, file).load(&db, file))
    };
    let [linux, windows] = &*sessions else { panic!("{} sessions", sessions.len()) };
    let of_linux = trees(linux, "/a.go").expect("a.go");
    let of_windows = trees(windows, "/a.go").expect("a.go");
    assert!(Arc::ptr_eq(&of_linux, &of_windows));
    assert!(trees(linux, "/b_windows.go").is_none());

    let weak = Arc::downgrade(&of_linux);
    drop((of_linux, of_windows));
    linux.check_types(&SilentProgress);
    assert!(weak.upgrade().is_some(), "the second configuration still needs the trees");
    windows.check_types(&SilentProgress);
    assert!(weak.upgrade().is_none(), "nobody needs the trees any more");
    for session in &sessions {
        assert_eq!(session.diagnostics(), []);
    }
}

#[test]
fn databases_whose_inputs_change_share_nothing() {
    let sessions = sessions(false);
    let trees = |session: &Session| {
        let db = session.db();
        let file = package(session).files(&db)[0];
        parse(&db, file).load(&db, file)
    };
    assert!(!Arc::ptr_eq(&trees(&sessions[0]), &trees(&sessions[1])));
}
