// Package conversions has conversions that copy.
package conversions

import "unsafe"

type shape interface{ area() int }

type square struct{ side int }

func (s square) area() int { return s.side * s.side }

func toInterface(n int, s square, p *square) (any, shape, shape) {
	var local any = n
	_ = local
	return n, s, p
}

func constants() (any, any) { return 7, "seven" }

func shifts(n int, b []byte) (any, any) { return n >> 2, len(b) << uint8(1) }

func text(b []byte, s string, r []rune, c rune) (string, []byte) {
	if string(b) == s {
		return s + string(r), []byte(s)
	}
	_ = []rune(s)
	_ = string(c)
	return string(b) + string(c), nil
}

func notChanged(s string) int {
	n := 0
	for _, c := range []byte(s) {
		n += int(c)
	}
	return n
}

func unsafePointers(p *square, u uintptr) (uintptr, *int) {
	return uintptr(unsafe.Pointer(p)), (*int)(unsafe.Pointer(uintptr(unsafe.Pointer(p)) + u))
}

func arrays(s []int) ([4]int, *[4]int) { return [4]int(s), (*[4]int)(s) }

func assertion(x any) (square, *square) {
	p, _ := x.(*square)
	return x.(square), p
}

func switched(x any) shape {
	switch x := x.(type) {
	case square:
		return &x
	case shape:
		return x
	}
	return nil
}

func (s *square) String() string { return "square of " + string(rune('0'+s.side)) }
