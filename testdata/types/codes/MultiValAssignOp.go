// Operations and assignments are of one value each.
package p

func f() {
	var x, y int
}
