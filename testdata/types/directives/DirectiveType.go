// Directives that stand in the wrong place.
package p

//go:nosplit
type T int

//go:noinline
const c = 1

//go:noinline
import "fmt"

var _ = fmt.Println
