//go:build go1.21

package versions

var fs []func() int

func init() {
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
}
