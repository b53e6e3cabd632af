// Cases that come twice.
package p

import "fmt"

func f(i int, s string, x any, b bool) {
	switch i {
	case 1, 2:
	case 3, 1:
	case 2:
	}
	switch s {
	case "a":
	case "b", "a", "a":
	}
	switch x.(type) {
	case int:
	case string, int:
	case nil:
	case nil:
	case fmt.Stringer, error:
	case error:
	}
	switch x {
	case 1:
	case 1.0:
	case "1":
	case 1:
	}
	switch {
	case true:
	case true:
	case b:
	case b:
	case false:
	}
	switch 'a' {
	case 'a', 97:
	}
}
