// What go:embed is for.
package p

import "embed"

//go:embed InvalidEmbed.go
var a string

//go:embed InvalidEmbed.go
var b, c string

//go:embed InvalidEmbed.go
var d string = "a"

//go:embed InvalidEmbed.go
var e int

//go:embed InvalidEmbed.go
const g = 1

//go:embed InvalidEmbed.go
func f() {
	//go:embed InvalidEmbed.go
	var x string
	_ = x
}

//go:embed InvalidEmbed.go
type T string

//go:embed "InvalidEmbed.go
var h []byte

//go:embed
var i []byte

var _ embed.FS
