// The bytes are written before the string is made.
package good

import "unsafe"

func hex(n uint32) string {
	buf := make([]byte, 8)
	for i := range buf {
		buf[i] = "0123456789abcdef"[n>>(28-4*i)&15]
	}
	return unsafe.String(unsafe.SliceData(buf), len(buf))
}

func upper(b []byte) string {
	c := append([]byte(nil), b...)
	for i := range c {
		c[i] &^= 0x20
	}
	return *(*string)(unsafe.Pointer(&c))
}
