// Several values in the place of one.
package p

func two() (int, int) { return 1, 2 }
func none()           {}

var a = []int{two()}
var b = two() + 1
var c = none() + 1
var d = -two()
var e = [1]int{none()}

func f() {
	_ = two()[0]
	_ = two().x
	if two() {
	}
	switch two() {
	}
	for range none() {
	}
	g(two(), 1)
	g(1, none())
	_ = int(two())
	_ = int(none())
	_ = any(two()).(int)
	var c chan int
	c <- two()
	two()++
	_ = [2]int{}[two()]
	_ = append([]int{}, two())
	_ = len(two())
	return two()
}

func g(int, int) {}

func h() int { return two() }
func i() int { return none() }
