// Package show calls methods of what it has by reflection.
package show

import "reflect"

// Show calls the String method of a value.
func Show(x any) {
	_ = reflect.ValueOf(x).Interface().(interface{ String() string }).String()
}
