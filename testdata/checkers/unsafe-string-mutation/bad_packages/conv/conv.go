// Package conv converts without copying.
package conv

import "unsafe"

// String shares the bytes.
func String[B ~[]byte](b B) string {
	return unsafe.String(unsafe.SliceData(b), len(b))
}
