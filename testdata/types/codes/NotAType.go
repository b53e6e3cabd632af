// What stands where a type is needed.
package p

import "fmt"

var v int

const c = 1

func f() {}

var a v
var b []c
var d map[f]int
var e fmt.Println
var g *nil
var h func(v) c
var i []true
var j struct{ v }
var k chan len

type T v

func (v) m() {}

var _ = []v{}
var _ = any(1).(c)
var _ = make(v)
var _ = new(c)
var _ [1]f

func (r T) m(x int) (y int) {
	const z = 1
	var w int
	var _ r
	var _ x
	var _ y
	var _ z
	var _ w
	return
}
