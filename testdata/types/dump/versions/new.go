//go:build go1.24

// Language versions of files.
package versions

var fn = func() {
	for i := range 3 {
		_ = i
	}
}
