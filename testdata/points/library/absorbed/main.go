// A package that got the values of another has those that the other gets later, too.
package main

import (
	"reflect"

	"example.com/m/absorbed/show"
)

func reveal(any) {}

type early struct{ n *int }

// Runs because show has the values of this package, which get more by that.
func (e *early) String() string {
	reveal(e) // points to new:30
	keep(reflect.ValueOf(&late{new(int)}))
	return ""
}

type late struct{ n *int }

func (l *late) String() string {
	reveal(l)   // points to new:17
	reveal(l.n) // points to new:17
	return ""
}

func main() {
	v := reflect.ValueOf(&early{new(int)})
	show.Show(v.Interface())
}

var kept []reflect.Value

func keep(v reflect.Value) { kept = append(kept, v) }
