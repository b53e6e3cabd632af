// Labels at all depths, and jumps to them from before and behind.
package p

func jumps(c bool) {
	goto forward
forward:
	if c {
		goto forward
	}
	{
		goto out
	inner:
		goto inner
	}
	goto inner
	var x int
	_ = x
out:
	goto over
	y := 1
	_ = y
over:
	{
		z := 1
		_ = z
		goto end
	}
end:
nest:
	for {
		for {
			continue nest
		}
	nest2:
		switch {
		case c:
			goto nest2
			break nest2
		default:
			goto sibling
		}
		break nest2
	}
	switch {
	case c:
	sibling:
		goto sibling
	}
	continue nest
	goto missing
unused:
	goto behind
	{
		var w int
		_ = w
	}
behind:
}
