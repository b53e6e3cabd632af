// What is followed of reflection where very much is reflected upon.
package main

import "reflect"

func reveal(any) {}

type leaf struct{ target *int }

type part struct{ Leaf *leaf }

func (l *leaf) String() string {
	reveal(l) // points to new:25
	return "leaf"
}

// Called by reflection only.
func (l *leaf) Draft() {
	reveal(l) // never
}

type namer interface{ String() string }

func main() {
	whole := new(leaf)
	whole.target = new(int)
	v := reflect.ValueOf(whole)
	again := v.Interface().(*leaf)
	reveal(again)        // points to new:25
	reveal(again.target) // points to new:26
	v.Interface().(namer).String()

	holder := new(part)
	holder.Leaf = new(leaf)
	// Fields are not looked into: what comes back is what was converted, of its type.
	inner := reflect.ValueOf(holder).Elem().Field(0).Interface().(*leaf)
	reveal(inner) // points to new:25
	v.MethodByName("Draft").Call(nil)

	v.Elem().Field(0).Set(reflect.ValueOf(new(int)))
	reveal(whole.target) // points to new:26
}
