use gossa::api::Registry;
use gossa_test::{check_dir, check_source, fixed_source};

fn registry() -> Registry {
    my_checkers::all(Registry::new())
}

#[test]
fn loops_that_sleep() {
    let source = r#"
        package p

        import "time"

        func wait(ready func() bool) {
            time.Sleep(time.Second) // once
            for !ready() {
                time.Sleep(time.Second) // want `poll-with-sleep: the loop sleeps`
            }
        }
    "#;
    check_source(source, &registry()).unwrap();
}

#[test]
fn sends_under_locks() {
    check_dir("testdata/send-under-lock", &registry()).unwrap();
}

#[test]
fn text_of_requests_in_commands() {
    let source = r#"
        package p

        import (
            "net/http"
            "os/exec"
        )

        type job struct{ name, file string }

        func handle(w http.ResponseWriter, r *http.Request) {
            j := &job{name: "convert", file: r.FormValue("file")}
            run(j)
            safe := &job{name: "convert", file: checked(r.FormValue("file"))}
            exec.Command("echo", safe.file)
        }

        func run(j *job) {
            exec.Command(j.name)
            exec.Command("sh", "-c", j.name+" "+j.file) // want `shell-word: FormValue gets to argument 1 of os.exec.Command`
        }

        func checked(name string) string { return name }
    "#;
    check_source(source, &registry()).unwrap();
}

#[test]
fn files_that_stay_open() {
    let source = r#"
        package p

        import "os"

        func first(name string) (byte, error) {
            f, err := os.Open(name) // want `open-file: the file is open when it is lost`
            if err != nil {
                return 0, err
            }
            var b [1]byte
            if _, err := f.Read(b[:]); err != nil {
                return 0, err
            }
            return b[0], f.Close()
        }

        func all(name string) ([]byte, error) {
            f, err := os.Open(name)
            if err != nil {
                return nil, err
            }
            defer finish(f)
            b := make([]byte, 8)
            _, err = f.Read(b)
            return b, err
        }

        func finish(f *os.File) { f.Close() }

        func late(name string) {
            f, err := os.Open(name) // want `open-file: the file is closed when it gets a call of Read`
            if err == nil {
                f.Close()
                f.Read(nil)
            }
        }
    "#;
    check_source(source, &registry()).unwrap();
}

#[test]
fn time_since_is_put_in() {
    let source = r#"
        package p

        import clock "time"

        func age(t clock.Time) clock.Duration {
            return clock.Now().Sub(t.UTC()) // want `time-since`
        }
    "#;
    check_source(source, &registry()).unwrap();
    let fixed = fixed_source(source, &registry()).unwrap();
    assert!(fixed.contains("return clock.Since(t.UTC()) //"), "{fixed}");
}
