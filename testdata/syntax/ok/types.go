package p

type (
	array  [10]int
	auto   = [2]array
	matrix [len("abc")][2 * n]float64
	fn     func(a, b int, rest ...string) (ok bool)
	in     <-chan int
	out    chan<- chan int
	both   chan (<-chan int)
	nested <-chan <-chan int
	ptr    *map[string]*[]int
	parens (func() (int))
)

type record struct {
	a, b int `json:"a"`
	embedded
	*pointer "tag"
	pkg.Qualified
	Generic[int, string]
	arr [3]int
	sl  []int
	fn  func()
}

type constraint interface {
	~int | ~string | pkg.T
	Method(x int) string
	fmt.Stringer
	interface{ m() }
	Generic[int]
}
