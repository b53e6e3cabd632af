// go:embed needs the package embed.
package p

//go:embed EmbedWithoutImport.go
var a string
