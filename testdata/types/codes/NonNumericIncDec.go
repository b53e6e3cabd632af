// Only numbers are incremented.
package p

func f(s string, b bool, p *int, i any, fl float64) {
	s++
	b--
	p++
	i++
	fl++
	nil++
	"a"++
}
