package hidden

import "embed"

//go:embed dir
var a embed.FS
