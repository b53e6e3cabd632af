// Variables that reflection makes: they have types, but no place.
package main

import "reflect"

func reveal(any) {}

type item struct{ Link *item }

func main() {
	fresh := reflect.New(reflect.TypeOf(uint16(0))).Interface().(*uint16)
	reveal(fresh) // points to reflected
	t := reflect.TypeOf(item{})
	list := reflect.MakeSlice(reflect.SliceOf(t), 1, 1)
	list = reflect.Append(list, reflect.ValueOf(item{&item{}}))
	items := list.Interface().([]item)
	reveal(&items[0])     // points to reflected+1
	reveal(items[0].Link) // points to reflected table:15
	table := reflect.MakeMap(reflect.MapOf(reflect.TypeOf(""), t))
	table.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf(item{}))
	reveal(table.Interface().(map[string]item)["key"].Link) // points to reflected table:15
}
