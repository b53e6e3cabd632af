package unimported

//go:embed none
var a string
