// A buffer that is written while a string shares it, in one function.
package bad

import (
	"fmt"
	"unsafe"
)

func element(buf []byte) string {
	s := unsafe.String(unsafe.SliceData(buf), len(buf))
	buf[0] = 'x' // want `unsafe-string-mutation: the bytes of .buf. are written while .s. shares them`
	return s
}

func copied(buf, next []byte) bool {
	s := *(*string)(unsafe.Pointer(&buf))
	n := len(s)
	copy(buf, next) // want `unsafe-string-mutation: .s. shares them`
	return s == "quit" && n > 0
}

func reused(words [][]byte) {
	seen := map[string]int{}
	buf := make([]byte, 0, 64)
	for i, word := range words {
		buf = append(buf[:0], word...) // want `unsafe-string-mutation: the bytes of .buf. are written`
		seen[unsafe.String(unsafe.SliceData(buf), len(buf))] = i
	}
	fmt.Println(len(seen))
}

func array() string {
	var buf [8]byte
	s := unsafe.String(&buf[0], 4)
	for i := range buf {
		buf[i] = '-' // want `unsafe-string-mutation: .s. shares them`
	}
	return s
}
