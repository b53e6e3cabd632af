// Package exits ends the program in another language.
package exits

import "os"

func abort()
func warn(text *byte)

func pending(f *os.File) {
	defer f.Close()
	abort() // want `exit-after-defer`
}

func harmless(f *os.File, text *byte) {
	defer f.Close()
	warn(text)
}
