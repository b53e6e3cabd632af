// Helpers make the string and write the bytes.
package bad

import "unsafe"

func view(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return *(*string)(unsafe.Pointer(&b))
}

func upper(b []byte) {
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
}

func key(b []byte) string { return view(b[:4]) }

func greet(name []byte) string {
	s := view(name)
	upper(name) // want `unsafe-string-mutation: the bytes of .name. are written while .s. shares them`
	return "hello " + s
}

func index(b []byte, m map[string]bool) {
	m[key(b)] = true
	wipe(b) // want `unsafe-string-mutation`
}

func wipe(b []byte) { clear(b) }
