// The string is not read any more when the bytes are written.
package good

import "unsafe"

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func lookup(m map[string]int, words [][]byte) (sum int) {
	buf := make([]byte, 0, 64)
	for _, word := range words {
		buf = append(buf[:0], word...)
		sum += m[view(buf)]
	}
	return sum
}

func compare(b []byte) bool {
	same := view(b) == "quit"
	b[0] = 0
	return same
}

func kept(b []byte) string {
	s := string(view(b)[:1] + "x")
	clear(b)
	return s
}
