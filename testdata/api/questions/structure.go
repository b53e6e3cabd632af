package questions

func structure(n int) int {
	askStructure() // want `api: dominates the return, postdominated by it, loops 0`
	for i := range n {
		if i > 3 {
			askStructure() // want `api: loops 1`
		}
		for range i {
			askStructure() // want `api: loops 2`
		}
	}
	if n > 1 {
		askStructure() // want `api: postdominated by it, loops 0`
	}
again:
	n--
	if n > 100 {
		goto again
	}
	return n
}

func twoEnds(n int) int {
	askStructure() // want `api: loops 0`
	if n > 0 {
		return 1
	}
	return 2
}
