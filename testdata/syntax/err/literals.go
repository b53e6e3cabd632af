package p

var (
	_ = 0b12
	_ = 0o8
	_ = 089
	_ = 0x
	_ = 0xg
	_ = 1__0
	_ = 1_
	_ = 1e
	_ = 0x1.0
	_ = 0b1.0
	_ = 0b1e3
	_ = 1p3
	_ = ''
	_ = 'ab'
	_ = '\z'
	_ = "\400"
	_ = "\ud800"
	_ = "\xg0"
	_ = 'a
	_ = "unterminated
	_ = #
	_ = a² + ٣b
)
var _ = `never
ends
