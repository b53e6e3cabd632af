// Statements: what is declared, in which scope, with comma-ok forms and labels.
package statements

import (
	"errors"
	"fmt"
	"os"
)

type point struct{ x, y int }

func commaOk(m map[string]point, c chan *point, v any) {
	a, ok := m["a"]
	_ = ok
	_, ok = m["b"]
	a = m["c"]
	b, ok := <-c
	b = <-c
	_, ok = v.(int)
	d, ok := v.(fmt.Stringer)
	var e, ok2 = m["d"]
	var f, ok3 bool
	_, ok3 = (m["e"])
	_, f = (<-(c))
	if x, ok := v.(error); ok {
		_ = x.Error()
	} else if y, ok := x.(interface{ Is(error) bool }); !ok {
		_ = y
	}
	switch z, ok := m["f"]; {
	case ok:
		_ = z
	}
	m["g"] = a
	m["h"], c = point{}, nil
	var s []string
	s[0], s[1] = s[1], s[0]
	_, _, _, _, _, _ = b, d, e, ok2, ok3, f
	var g any = m["i"]
	var h, ok4 any = m["i"]
	_, _, _ = g, h, ok4
	func(...any) {}(m["j"])
	type boolean bool
	var ok5 boolean
	_, ok5 = v.(int)
	_, ok5 = m["k"]
	_ = ok5
}

func switches(v any, n int, err error) int {
	switch v := v.(type) {
	case int, string:
		_ = v
	case []int:
		return len(v)
	case nil:
		_ = v
	case *point:
		v.x++
	case func(int) error:
		_ = v(1)
	case interface{ Foo() }:
		v.Foo()
	default:
		_ = v
	}
	switch v.(type) {
	case error, nil:
	}
	switch x := n; x {
	case 1, 2.0, 'a':
		fallthrough
	case n << 1:
	default:
	}
	switch {
	case n > 1 == true, err == nil:
	}
	switch n := n * 2; {
	case n > 0:
		n := "shadow"
		_ = n
	}
	switch err {
	case nil, os.ErrExist:
	}
	switch "a" {
	case "b":
	}
	switch 1 << 3 {
	}
	switch f := func() int { return 1 }; f() {
	case n:
	}
	switch x := v.(type) {
	case int:
		_ = x
	}
	switch any(n) {
	case 1, "a", nil, 1.5:
	}
	return 0
}

func loops(s []point, m map[string]*point, c <-chan int, arr *[3]string, text string, it func(yield func(int, error) bool)) {
outer:
	for i, p := range s {
		for k := range m {
			if k == "" {
				continue outer
			}
			break outer
		}
		_, _ = i, p
	}
	for i := range 10 {
		_ = i
	}
	for i := range uint8(10) {
		_ = i
	}
	const n = 5
	for i := range n {
		_ = i
	}
	var j int8
	for j = range 3 {
	}
	_ = j
	for range 3 {
	}
	for x := range c {
		_ = x
	}
	for i, x := range arr {
		_, _ = i, x
	}
	for i, r := range text {
		_, _ = i, r
	}
	for i, r := range "const" {
		_, _ = i, r
	}
	for i, err := range it {
		_, _ = i, err
	}
	for _, s[0].x = range []int{1} {
	}
	for i, j := 0, 'a'; i < 10; i, j = i+1, j+1 {
		func() { _ = i }()
	}
	var k string
	var v *point
	for k, v = range m {
	}
	_, _ = k, v
	for range s {
		goto end
	}
end:
	for {
		break
	}
unused:
	{
		goto unused
	}
	for i := range len(s) {
		_ = i
	}
}

func selects(in chan int, out chan<- string, done <-chan struct{}) {
	var arr [2]int
	var ok bool
	_ = ok
	select {
	case x := <-in:
		_ = x
	case x, ok := <-in:
		_, _ = x, ok
	case arr[0] = <-in:
	case arr[1], ok = (<-in):
	case out <- "a" + "b":
	case <-done:
		return
	default:
	}
	select {}
}

func assignments(p *point, fs []func() (int, error)) (n int, err error) {
	p.x, p.y = p.y, p.x
	p.x += 1.0
	p.y <<= 2
	p.x++
	(*p).y--
	n, err = fs[0]()
	n, e := fs[1]()
	_ = e
	var a, b = 1, "x"
	var c, d int = 'a', 2.0
	var f, g = fs[0]()
	var u, w any = fs[0]()
	var _ = 5
	_, _ = a, b
	_ = c + d
	_, _, _, _ = f, g, u, w
	var x, y float64
	x, y = 1, 'a'
	_, _ = x, y
	var i interface{ Error() string }
	i = err
	err = i
	if err := errors.New("a"); err != nil {
		return 1, err
	} else if n := 3; n > 2 {
		return n, err
	}
	defer func() { n, err = 1, nil }()
	go func(a int, b ...string) {}(1, "a", "b")
	defer fmt.Println(fs[0]())
	fmt.Fprintf(os.Stderr, "%d %v", p.x, []any{1, nil})
	fmt.Println([]any{1}...)
	args(fs[0]())
	variadic(pairs())
	{
		type point struct{ z point2 }
		var p point
		_ = p.z
		const n = iota0 + len("abc")
		_ = n
		var q = func() (r point) { return }
		_ = q().z
	}
	return fs[0]()
}

const iota0 = 3

type point2 struct{}

func args(int, error)              {}
func variadic(int, ...string)      {}
func pairs() (int, string, string) { return 0, "", "" }

func literals() {
	_ = point{1, 2}
	_ = point{x: 1}
	_ = &point{y: 'a'}
	_ = []point{{1, 2}, 5: {}, {x: 3}}
	_ = []*point{{1, 2}, nil}
	_ = [...][2]point{{{1, 2}}, {1: {3, 4}}}
	_ = map[point][]point{{1, 2}: {{3, 4}}}
	_ = map[string]map[string]int{"a": {"b": 1}}
	_ = [][]*[]int{{{1}}}
	_ = struct {
		a    int `json:"a"`
		b, _ string
	}{a: 1}
	_ = []func(){func() {}, nil}
	_ = [3]int{2: 1}
	_ = [len("abc")]byte{}
	_ = []any{point{}, &point{}, []int{}}
	_ = func(x, _ int, rest ...point) (y int, _ error) { return x, nil }
	_ = [...]struct{ x int }{{1}, {x: 2}}
	_ = map[[2]int]string{{1, 2}: "a"}
	_ = map[any]int{point{}: 1, "a": 2, nil: 3}
	_ = interface{}(nil)
	_ = chan (<-chan int)(nil)
	_ = (chan<- (chan int))(nil)
	_ = (<-chan (chan<- func()))(nil)
}
