// Jumps into blocks.
package p

func f(x int) {
	goto l
	{
	l:
	}
	goto m
	if x == 1 {
	m:
	}
	for {
	n:
		goto n
	}
	goto n
	switch x {
	case 1:
	o:
		goto o
	case 2:
		goto o
	}
}
