// Conversions that copy.
package good

func greet(name []byte) string {
	s := string(name)
	name[0] = 'x'
	return s
}

func argument(s string) string {
	b := []byte(s)
	b[0] = '*'
	return s + string(b)
}

type scanner struct{ buf []byte }

func (s *scanner) token() string { return string(s.buf) }

func (s *scanner) advance() { s.buf[0]++ }

func pair(s *scanner) (string, string) {
	a := s.token()
	s.advance()
	return a, s.token()
}
