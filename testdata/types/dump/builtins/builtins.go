// Calls of the predeclared functions and of those of package unsafe.
package builtins

import (
	. "unsafe"
	u "unsafe"
)

type (
	bytes  []byte
	str    string
	header struct {
		a byte
		b struct{ x, y uint16 }
		*tail
	}
	tail struct {
		c uint32
		d [3]complex128
	}
)

func all(s []int, bs bytes, text str, m map[string]int, ch chan int, rch <-chan int, c complex64, h header, ph *header) {
	s = append(s)
	s = append(s, 1, 'a', 2.0)
	s = append(s, s...)
	bs = append(bs, "abc"...)
	bs = append(bs, text...)
	_ = append([]byte(nil), text...)
	_ = append([]any(nil), 1, "a", nil)
	_ = append(bytes("x"), 'y')
	_ = append([]byte{}, bs...)
	copy(bs, text)
	n := copy(s, s[1:])
	copy(bs, "lit")
	clear(m)
	clear(s)
	close(ch)
	delete(m, "k")
	delete(m, string(text))
	_, _ = len(rch), cap(ch)
	_ = complex(real(c), 1)
	_ = complex(1, imag(c))
	_ = imag(c) + real(c)
	_ = make([]int, 1, 2.0)
	_ = make(map[str]int)
	_ = make(map[str]int, n)
	_ = make(chan<- int, 'a')
	_ = make(bytes, uint8(3))
	_ = new(int)
	_ = *new(header)
	_ = new(42)
	_ = new("s" + text)
	_ = new([]int{1})
	_ = min(1.5, float32(n))
	_ = max(n, 3)
	_ = min(text, "a")
	_ = max(1, 2)
	print("a", 1, nil != ch)
	println(1<<n, text)
	_ = len(text) + len("abc") + cap(s)
	_ = len(m)
	defer recover()
	defer close(ch)
	defer delete(m, "a")
	defer panic(1)
	go println(n)
	defer func() {
		if r := recover(); r != nil {
			panic(r)
		}
	}()
	defer copy(bs, bs)
	_ = Sizeof(h)
	_ = u.Sizeof(1)
	_ = u.Sizeof(ph.b)
	_ = u.Offsetof(h.b)
	_ = u.Offsetof(h.b.y)
	_ = u.Offsetof((h.b))
	_ = Offsetof(ph.tail)
	_ = Alignof(h.b)
	_ = Alignof(ph.d)
	_ = Alignof("a")
	_ = u.Add(Pointer(ph), 1)
	_ = u.Add(Pointer(ph), 'a')
	_ = u.Slice(&s[0], n)
	_ = u.Slice(ph, 3)
	_ = u.SliceData(bs)
	_ = u.String(&bs[0], 2.0)
	_ = u.StringData(string(text))
	_ = u.StringData("abc")
	_ = (len)(s)
	_ = (u.Sizeof)(s)
	_ = Pointer(&s)
}

const (
	size  = Sizeof(header{})
	align = Alignof(header{}.b)
	off   = Offsetof(header{}.tail)
	word  = Sizeof(uintptr(0)) * 8
)

type fixed[T any] [8]T

func generic[S ~[]E, E any, M ~map[K]E, K comparable, C ~chan E, B ~[]byte | ~string, N ~int | ~float64](s S, e E, m M, k K, c C, b B, n N, f fixed[E]) {
	s = append(s, e)
	s = append(s, s...)
	_ = append([]byte{}, b...)
	copy(s, s)
	_ = copy([]byte{}, b)
	clear(m)
	clear(s)
	delete(m, k)
	close(c)
	_ = make(S, 1)
	_ = make(M)
	_ = make(C, 1)
	_ = new(E)
	_ = len(b) + len(s) + len(m) + cap(c)
	_ = len(f)
	_ = Sizeof(e)
	_ = Alignof(s)
	_ = min(n, 1)
	_ = max(1, n, 2)
	_ = u.Slice(&e, 1)
	_ = b[0]
	_ = b[1:]
	_ = f[2]
	_ = u.Sizeof(f)
	_ = u.Offsetof(struct {
		a byte
		e E
	}{}.e)
}

func arrays[A [4]int | [8]int, P *[4]int](a A, p P) (int, int) {
	_ = a[3]
	_ = p[1:2]
	return len(a), cap(p)
}
