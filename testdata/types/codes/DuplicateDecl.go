// Names that are declared twice.
package p

import "fmt"
import "fmt"
import os "strings"

var a int
const a = 1

type T struct {
	f int
	g string
	f string
}

type I interface {
	m()
	m()
}

func fmt() {}

func a() {}

func f(x int, x string) (y int, y string) {
	var z int
	var z string
	const x = 1
	type T int
	type T string
	_, _ = z, os.Fields
	return
}

func g[P any, P any]() {}

func (r T) h(r int) {}

func init() {}
func init() {}

var _, _ = 1, 2
