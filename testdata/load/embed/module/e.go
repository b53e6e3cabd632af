package module

import "embed"

//go:embed inner/x.txt
var a embed.FS
