// What is not even Go is not checked further.
package p

type T struct{ f ...int }

var a = undefined
var b func[P any](P)

func g(s []int, x, y int) {
	_ = s[]
	_ = s[0, 1]
	x, y += 1, 2
	x += 1, 2
	for range struct{}{} {
	}
	go <-make(chan int)
}
