// Package track keeps the last name.
package track

type Last struct{ Name string }

func (l *Last) Set(name string) { l.Name = name }
