// Packages that are imported for nothing.
package p

import (
	"fmt"
	"math/rand/v2"
	str "strings"
	. "time"
	_ "unicode"
)
