// Helpers end the process, in this package and in another.
package main

import (
	"os"

	"example.com/bad_helpers/say"
)

type tool struct{ log *say.Logger }

func (t *tool) check(err error) {
	if err != nil {
		t.log.Fatal("tool", err)
	}
}

func main() {
	t := &tool{log: &say.Logger{}}
	dir, err := os.MkdirTemp("", "tool")
	t.check(err)
	defer os.RemoveAll(dir)
	t.log.Info("begins")
	t.check(t.run(dir)) // want `exit-after-defer: this call may end the program by .os.Exit., and the deferred .os.RemoveAll. never runs`
	say.Log(say.Info, "ended")
	say.Log(say.Fatal, "ended badly") // want `exit-after-defer`
	must(nil)
	must(os.ErrExist) // want `exit-after-defer`
}

func must(err error) {
	if err != nil {
		say.Log(say.Fatal, err.Error())
	}
}

func (t *tool) run(dir string) error {
	lock := dir + "/lock"
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		return err
	}
	defer func() {
		if err := os.Remove(lock); err != nil {
			t.log.Info(err.Error())
		}
	}()
	if _, err := os.Stat(dir); err != nil {
		t.log.Fatal("stat", err) // want `exit-after-defer: a deferred function never runs: nothing removes`
	}
	return nil
}
