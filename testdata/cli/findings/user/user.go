// Package user uses the package with the defect, and has none of its own.
package user

import "example.com/findings/buffer"

// First gives the first byte.
func First(b *buffer.Buffer) byte { return *b.First() }
