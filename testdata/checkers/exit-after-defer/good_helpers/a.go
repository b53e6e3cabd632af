// Helpers that do not end the process when they are called like this.
package main

import (
	"os"

	"example.com/good_helpers/say"
)

type tool struct{ log *say.Logger }

func (t *tool) check(err error) {
	if err != nil {
		t.log.Info(err.Error())
		panic(err)
	}
}

func main() {
	t := &tool{log: &say.Logger{}}
	if len(os.Args) > 2 {
		say.Log(say.Fatal, "too many arguments")
	}
	dir, err := os.MkdirTemp("", "tool")
	t.check(err)
	defer os.RemoveAll(dir)
	t.log.Info("begins")
	t.check(t.run(dir))
	say.Log(say.Info, "ended")
	must(nil)
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
	_, err := os.Stat(dir)
	return err
}
