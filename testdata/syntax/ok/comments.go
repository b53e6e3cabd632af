/* license */

// Package doc.
package p // after the clause

import "C" // imported

// group one

// doc of f
// goes on
func f() { /* inside */ } // trailing

var a int; // belongs to a
// doc of b
var b int

/* same line */ var c int

//line generated.y:100
//go:linkname d runtime.d
var d /*line :7:1*/ int

//go:embed "a b.txt" *.html
var files string

//export Name
//go:norace
//go:uintptrescapes
func Name() {}
