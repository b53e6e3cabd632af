// Other bytes are written than those that are shared.
package good

import "unsafe"

func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func split(b []byte, n int) string {
	head, tail := b[:n], b[n:]
	s := view(head)
	for i := range tail {
		tail[i] = 0
	}
	return s
}

type buffers struct{ in, out []byte }

func (b *buffers) text() string { return view(b.in) }

func (b *buffers) put(c byte) { b.out[0] = c }

func (b *buffers) both() string {
	s := b.text()
	b.put(s[0])
	return s
}

func read(s string) byte {
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	c := b[0]
	return c
}
