package p

func ranges(list []int, channel chan int) {
	var i, j, k, l int
	for i, j, k = range list {
	}
	for i, j, k, l := range list {
	}
	for i, j, k = range channel {
	}
	for i, j, k = range 10 {
	}
	for i, j, k = range missing {
	}
	_, _, _, _ = i, j, k, l
}

func nothing() {}

func two(float32, string) {}

func call() {
	two(nothing())
}
