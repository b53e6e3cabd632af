// Labels of other statements.
package p

func f(x int) {
l:
	x = 1
	for {
		break l
		continue l
		goto l
	}
m:
	switch x {
	case 1:
		break m
		continue m
	}
n:
	for {
	}
	for {
		break n
		continue n
		goto n
	}
o:
	if true {
		for {
			break o
			goto o
		}
	}
q:
	{
		break q
		goto q
	}
}
