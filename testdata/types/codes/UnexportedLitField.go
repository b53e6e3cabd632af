// Fields of other packages that are not exported.
package p

import "sync"

var a = sync.Mutex{0, 0}
var b = sync.Mutex{state: 1}
var c = sync.Once{done: 1}
