// The buffer is a field: one method makes strings of it, another writes it.
package bad

import "unsafe"

type scanner struct {
	buf  []byte
	rest []byte
}

func (s *scanner) token() string {
	return unsafe.String(unsafe.SliceData(s.buf), len(s.buf))
}

func (s *scanner) advance() {
	n := copy(s.buf, s.rest)
	s.rest = s.rest[n:]
}

func pair(s *scanner) (string, string) {
	a := s.token()
	s.advance() // want `unsafe-string-mutation: the bytes of .s.buf. are written while .a. shares them`
	return a, s.token()
}

type parser struct {
	in   scanner
	seen map[string]bool
}

func (p *parser) note(word string) { p.seen[word] = true }

func (p *parser) next() {
	p.note(p.in.token())
	p.in.advance() // want `unsafe-string-mutation: .p.in.buf.`
}
