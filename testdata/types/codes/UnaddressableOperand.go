// What has no address.
package p

type T struct{ f int }

func (T) m()  {}
func (*T) n() {}

const c = 1

func g() T { return T{} }

func f(m map[string]int, s string, mt map[string]T) {
	_ = &1
	_ = &c
	_ = &g()
	_ = &m["a"]
	_ = &s[0]
	_ = &g().f
	_ = &f
	_ = &T{}.f
	_ = &T{}
	_ = &(T{})
	_ = &T{}.m
	_ = &nil
	_ = &T
	g().n()
	T{}.n()
	mt["a"].n()
	_ = [2]int{}[:]
	_ = g().n
	_ = &(1 + 2)
	_ = &-c
	_ = &"s"
	_ = &len
}
