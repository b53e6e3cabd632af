// Bytes that are got from a string are written.
package bad

import "unsafe"

func raw(s string) []byte {
	return unsafe.Slice(unsafe.StringData(s), len(s))
}

func literal() byte {
	b := raw("constant")
	b[0] = 'C' // want `unsafe-string-mutation: the bytes of a string are written`
	return b[0]
}

func argument(s string) {
	b := *(*[]byte)(unsafe.Pointer(&s))
	b[0] = '*' // want `unsafe-string-mutation: the bytes of a string are written`
}

func mask(password string) string {
	stars(raw(password)) // want `unsafe-string-mutation: .password.`
	return password
}

func stars(b []byte) {
	for i := range b {
		b[i] = '*'
	}
}
