// What cannot be assigned to.
package p

const c = 1

type T struct{ f int }

func (T) m() {}

func f(s string, m map[string]T) {
	c = 2
	1 = 2
	f = nil
	s[0] = 'a'
	T{}.f = 1
	g() = 1
	T = 1
	nil = nil
	true = false
	len = nil
	T{}.m = nil
	(s) = ""
	s + s = ""
	c++
	g() += 1
	&s = nil
	"abc"[0] = 1
}

func g() int { return 0 }
