// Functions that are mentioned in their own signatures.
package early

import "unsafe"

func g() [unsafe.Sizeof(x)]int { panic(0) }

var x = g

func self() (r [unsafe.Sizeof(self)]string) { return }

func first() [unsafe.Sizeof(second)]int  { panic(0) }
func second() [unsafe.Sizeof(first)]bool { panic(0) }

var y = func() int { return len(x()) }
