// Package say is a logger with levels.
package say

import "os"

type Level int

const (
	Info Level = iota
	Fatal
)

type Logger struct{ prefix string }

func (l *Logger) Info(text string) { l.output(Info, text) }

func (l *Logger) Fatal(text string, err error) { l.output(Fatal, text+err.Error()) }

func (l *Logger) output(level Level, text string) {
	os.Stderr.WriteString(l.prefix + text)
	if level == Fatal {
		os.Exit(1)
	}
}

func Log(level Level, text string) { (&Logger{}).output(level, text) }
