// Directives that stand in the wrong place.
package p

//go:noinline
import "fmt"

//go:nosplit
type T int

//go:noinline
const c = 1

var _ = fmt.Println
