// Functions that do nothing at all.
package p

func init()
func init()

func f() {}
