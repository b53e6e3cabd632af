// Methods promoted from embedded structs and interfaces.
package main

type reader interface{ read() string }

type closer interface{ close() }

type readCloser interface {
	reader
	closer
}

type file struct{ name string }

func (f *file) read() string { return f.name }
func (f *file) close()       {}

type logged struct{ reader }

type wrapped struct{ *file }

type quiet struct{}

func (quiet) close() {}

func use(r reader) string {
	return r.read() // vta: (read of logged), (read of wrapped)
}

func finish(c closer) {
	c.close() // vta: file.close
}

func both(rc readCloser) {
	finish(rc)
}

func main() {
	f := &file{"f"}
	println(use(logged{f}), use(wrapped{f}))
	both(f)
	c := closer(quiet{})
	c.close() // vta: quiet.close
}
