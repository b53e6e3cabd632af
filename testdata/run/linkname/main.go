// A function of the runtime under a name of ours, by //go:linkname.
package main

import (
	"fmt"
	_ "unsafe"
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

func main() {
	before := nanotime()
	f := nanotime
	fmt.Println(before > 0, f() >= before)
}
