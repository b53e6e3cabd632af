// Jumps over variables.
package p

func f(x bool) {
	goto l
	y := 1
	_ = y
l:
	if x {
		goto m
	}
	const c = 1
	type T int
m:
	goto n
	var z int
	var w int
	_, _ = z, w
n:
	goto o
	{
		v := 1
		_ = v
	}
o:
}
