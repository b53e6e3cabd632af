package p

import _ "embed"

//go:embed "a.txt" `b.txt
var a string

//go:embed "\q"
var b string

//go:embed "a.txt"b.txt
var c string

//go:embed a"b.txt `c.txt``d.txt`
var d string

//go:embed "a\".txt" "b
var e string
