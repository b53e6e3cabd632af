package behind

import _ "embed"

//go:embed dir/b.txt
var a string
