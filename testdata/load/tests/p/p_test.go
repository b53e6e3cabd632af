package p

import (
	_ "fmt"
	_ "testing"
)
