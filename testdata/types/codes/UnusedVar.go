// Variables that nobody uses.
package p

func f(p int, e any) (r int) {
	var a int
	b := 1
	c, d := 1, 2
	_ = d
	var e1, e2 = 1, 2
	e2 = 3
	for i := 0; ; {
	}
	for i, v := range []int{} {
	}
	if x := 1; true {
	}
	switch y := e.(type) {
	}
	switch z := e.(type) {
	case int:
	case string:
	}
	switch w := e.(type) {
	case int:
		_ = w
	}
	func() {
		inner := 1
	}()
	g := func() {}
	const unused = 1
	type Unused int
	select {
	case v, ok := <-make(chan int):
	}
	var h int
	h++
	var k struct{ f int }
	k.f = 1
	var l []int
	l[0] = 1
	m := &a
	var n, o, q int
	o = n
	return
}
