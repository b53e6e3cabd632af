// What a type switch has.
package p

func f(x any, i int) {
	switch x := x.(type) {
	case int, string:
		_ = x
	case 1:
	case i:
	case undefined:
	case []i:
	case nil, nil:
	}
	switch _ := x.(type) {
	}
	switch x.(type) {
	case int:
	case f:
	case f(x, i):
	}
	switch x.(type) {
	case any:
	}
}
