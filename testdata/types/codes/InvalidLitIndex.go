// Indices in literals are constants.
package p

var n = 1

var a = []int{n: 1}
var b = []int{"a": 1}
var c = []int{-1: 1}
var d = []int{1.5: 1}
var e = [...]int{f(): 1}
var g = []int{undefined: 1}
var h = []int{1 << 70: 1}
var i = []int{2.0: 1}

func f() int { return 1 }
