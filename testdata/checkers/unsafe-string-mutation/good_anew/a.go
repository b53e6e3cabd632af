// Each string has a buffer of its own.
package good

import (
	"io"
	"unsafe"
)

func lines(r io.Reader) (all []string) {
	for {
		buf := make([]byte, 128)
		n, err := r.Read(buf)
		if err != nil {
			return all
		}
		all = append(all, unsafe.String(&buf[0], n))
	}
}

type scanner struct {
	buf  []byte
	seen map[string]bool
}

func (s *scanner) token() string { return unsafe.String(unsafe.SliceData(s.buf), len(s.buf)) }

func (s *scanner) next(word []byte) {
	t := s.token()
	s.buf = make([]byte, len(word))
	copy(s.buf, word)
	s.seen[t] = true
}
