// The package of C cannot have another name.
package p

import c "C"

var x c.int
