package good

import (
	"embed"
	_ "embed"
)

//go:embed a.txt "with space.txt" `dir`
//go:embed all:dir *.txt
var files embed.FS

//go:embed dir/[a-c].txt
var one string
