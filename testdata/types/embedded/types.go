// What files can be embedded in.
package p

import "embed"

type text string
type alias = string
type bytes []byte
type octet byte
type octets []octet
type files embed.FS
type sameFiles = embed.FS
type empty struct{}

//go:embed text.txt
var a string

//go:embed text.txt
var b text

//go:embed text.txt
var c alias

//go:embed text.txt
var d bytes

//go:embed text.txt
var e octets

//go:embed text.txt
var f []uint8

//go:embed text.txt
var g sameFiles

//go:embed text.txt
var h int

//go:embed text.txt
var i files

//go:embed text.txt
var j *embed.FS

//go:embed text.txt
var k []rune

//go:embed text.txt
var l [3]byte

//go:embed text.txt
var m any

//go:embed text.txt
var _ map[string]empty

//go:embed text.txt
//go:embed text.txt
var n empty

var (
	//go:embed text.txt
	o bool
	//go:embed text.txt
	q embed.FS
)
