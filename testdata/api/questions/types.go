package questions

// Failure is documented.
type Failure struct {
	Code int `json:"code,omitempty" xml:"c"`
	pair
}

// Error makes it an error.
func (*Failure) Error() string { return "" }

func (p pair) sum() int { return p.a + p.b }

type (
	plain struct{}
	// Celsius is in a group.
	Celsius float64
)

func types(f *Failure, v Failure, c Celsius, m map[string][]int, ch <-chan bool, fn func(int, ...string) error) {
	askType(f)  // want `api: Pointer\(example.com/questions.Failure\) methods Error sum, error, size 8`
	askType(v)  // want `api: Struct fields Code json=code,omitempty pair; methods sum, not error, size 24, doc "Failure is documented."`
	askType(c)  // want `api: Basic\(float64\) methods none, not error, size 8, doc "Celsius is in a group."`
	askType(m)  // want `api: Map\(string, \[\]int\)`
	askType(ch) // want `api: Chan\(bool receives\)`
	askType(fn) // want `api: Func\(\[int, \[\]string\] \[error\] variadic\)`
}
