package main

// int twice(int *p) { return 2 * *p; }
import "C"

func main() {
	x := C.int(4)
	println(C.twice(&x))
}
