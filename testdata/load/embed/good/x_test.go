package good_test

import (
	_ "embed"
	_ "example.com/embed/good"
)

//go:embed dir/b.txt
var b string
