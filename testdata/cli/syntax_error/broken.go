package syntax

func Broken() int {
	x := = 1
	return x
}

func AfterBroken() int { return 2 }
