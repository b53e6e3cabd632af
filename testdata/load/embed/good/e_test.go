package good

import _ "embed"

//go:embed tests/*.golden a.txt
var golden string
