// A reader fills the buffer again while strings of the last turn are still about.
package bad

import (
	"bufio"
	"io"
	"unsafe"
)

func lines(r io.Reader, emit func(string)) error {
	buf := make([]byte, 4096)
	var first string
	for {
		n, err := r.Read(buf) // want `unsafe-string-mutation: the bytes of .buf. are written while .s. shares them`
		if err != nil {
			emit(first)
			return err
		}
		s := unsafe.String(&buf[0], n)
		if first == "" {
			first = s
		}
	}
}

func header(r *bufio.Reader) (string, []byte, error) {
	buf := make([]byte, 16)
	if _, err := io.ReadFull(r, buf); err != nil {
		return "", nil, err
	}
	name := unsafe.String(unsafe.SliceData(buf), len(buf))
	_, err := io.ReadFull(r, buf) // want `unsafe-string-mutation: .name. shares them`
	return name, buf, err
}
