package order

var inSecond = inThird

var _, _ = d, inSecond

var inThird = lit(func() int { return deep })

func lit(f func() int) int { return f() }

var deep = 1
