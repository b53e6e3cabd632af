// What is appended lies behind what the string shares.
package good

import "unsafe"

type builder struct{ buf []byte }

func (b *builder) add(s string) { b.buf = append(b.buf, s...) }

func (b *builder) text() string {
	return unsafe.String(unsafe.SliceData(b.buf), len(b.buf))
}

func both(b *builder) (string, string) {
	b.add("one")
	first := b.text()
	b.add("two")
	return first, b.text()
}
