// Directives that stand in the wrong place.
package p

//go:noinline
var a = 1
