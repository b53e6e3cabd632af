// Fields that there are not.
package p

import "net/url"

type T struct {
	Name string
	E
}
type E struct{ x int }

var a = T{b: 1}
var b = T{name: "a"}
var c = T{x: 1}
var d = T{1: 2}
var e = T{"Name": "a"}
var f = T{Name: "a", c: 1, d: 2}
var g = url.URL{host: "a"}
var h = url.URL{omitHost: true}
var i = []T{{nmae: "a"}}
