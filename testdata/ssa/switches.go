package p

func expression(n int) string {
	switch n {
	case 0, 1:
		return "small"
	case 2:
		n++
		fallthrough
	case 3:
		n--
	default:
		return "many"
	}
	return "few"
}

func noTag(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func withInit(f func() any) int {
	switch x := f(); x {
	case nil:
		return 0
	case 1, "one":
		return 1
	}
	return 2
}

const os = "linux"

func folded() int {
	switch os {
	case "windows":
		return 1
	case "linux":
		return 2
	}
	return 3
}

func types(x any) int {
	switch x := x.(type) {
	case nil:
		return 0
	case int:
		return x
	case string, []byte:
		_ = x
		return 2
	case error:
		return len(x.Error())
	default:
		return 4
	}
}

func breaks(n int) int {
outer:
	for i := 0; i < n; i++ {
		switch i {
		case 1:
			continue
		case 2:
			break
		case 3:
			break outer
		case 4:
			continue outer
		}
		n--
	}
	return n
}
