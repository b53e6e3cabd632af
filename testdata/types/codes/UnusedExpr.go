// Values that nobody uses.
package p

type T struct{ f int }

func (T) m() {}

func f(i int, s []int, t T, p *int, c chan int, e error) {
	i
	1
	"a"
	i + 1
	s[0]
	s[1:]
	t.f
	t.m
	*p
	&i
	-i
	i == 1
	f
	T{}
	func() {}
	e.(error)
	(i)
	nil
	<-c
	(<-c)
	f(i, s, t, p, c, e)
	T.m
	[]int{1}
	true && false
	int(i)
	if i; i == 1 {
	}
	defer 1
}
