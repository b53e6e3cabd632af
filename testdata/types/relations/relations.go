// Package relations has types in all their relations: what go/types and gossa say of each of
// them, and of each pair, must agree.
package relations

import "unsafe"

// Basic types, aliases, definitions.

type (
	Int      int
	Str      string
	Bytes    []byte
	Runes    []rune
	AliasInt = int
	AliasOf  = Int
	Chain    = AliasOf
	Ptr      *Struct
	PtrInt   *int
	Func     func(a int, b ...string) (n int, err error)
	Chan     chan int
	SendOnly chan<- int
	Unsafe   unsafe.Pointer
	Uintptr  uintptr
	Array    [4]int
	ArrayPtr *[4]int
	Matrix   [2][3]float32
	Map      map[Str][]Int
)

// Structs and embedding.

type Struct struct {
	A int
	x string
	B []Struct `json:"b"`
}

type Tagged struct {
	A int `one:"1"`
}

type Untagged struct{ A int }

func (Struct) M(int) string     { return "" }
func (*Struct) N() *Struct      { return nil }
func (s *Struct) m()            {}
func (Struct) Error() string    { return "" }
func (Int) String() string      { return "" }
func (*Str) String() string     { return "" }
func (b Bytes) Do(n int) error  { return nil }
func (Func) M(x int) (s string) { return "" }
func (a *Array) Get(i int) int  { return a[i] }

type Embed struct {
	Struct
	y int
}

type EmbedPtr struct {
	*Struct
	A string
}

type EmbedTwo struct {
	Left
	Right
}

type Left struct {
	A, B int
	Deep
}

type Right struct {
	A int
	*Deep
}

type Deep struct{ C, x int }

func (Deep) M(int) string { return "" }
func (*Deep) P()          {}

type Diamond struct {
	D1
	D2
}

type D1 struct{ Deep }
type D2 struct{ Deep }

type EmbedInterface struct {
	Stringer
	error
	C int
}

type EmbedBasic struct {
	int
	Int
	*Str
}

type EmbedAlias struct {
	AliasStruct
	*AliasDeep
}

type AliasStruct = Struct
type AliasDeep = Deep

type Recursive struct {
	*Recursive
	next *Recursive
	A    [2]*Recursive
}

type Empty struct{}

type Padded struct {
	a bool
	b int64
	c bool
	d complex128
	e complex64
	f struct{}
}

type TrailingEmpty struct {
	a int32
	b [0]int64
	c struct{}
}

type Mixed struct {
	a byte
	b uint16
	c string
	d any
	e []int
	f func()
	g float64
	h [3]byte
	i unsafe.Pointer
	j uintptr
}

// Interfaces.

type Stringer interface{ String() string }

type Mer interface{ M(int) string }

type MNer interface {
	Mer
	N() *Struct
}

type Flat interface {
	N() *Struct
	M(n int) (result string)
}

type private interface{ m() }

type Selfish interface {
	Clone() Selfish
	Wrap() interface{ Selfish }
}

type Selfish2 interface {
	Clone() Selfish
	Wrap() interface{ Selfish }
}

type Number interface {
	~int | ~int64 | float64
}

type Signed interface {
	~int | ~int64 | Flag
}

type IntLike interface {
	Number
	~int | string
	String() string
}

type Flag int8

type Nothing interface {
	int
	string
}

type Comparable interface{ comparable }

type ComparableM interface {
	comparable
	M(int) string
}

// Generic types.

type List[T any] struct {
	A    T
	next *List[T]
}

func (l *List[T]) Get() T                 { return l.A }
func (l List[E]) Do(f func(E) E) *List[E] { return nil }

type Pair[K comparable, V any] struct {
	A K
	B V
}

func (p Pair[K, V]) M(int) string { return "" }

type EmbedGeneric[T any] struct {
	*List[T]
	Pair[string, T]
}

type Ordered[T any] interface{ Less(T) bool }

type Self[T Self[T]] interface{ Equal(T) bool }

type Tree[T Ordered[T]] struct {
	left, right *Tree[T]
	A           T
}

type Age int

func (a Age) Less(b Age) bool  { return a < b }
func (a Age) Equal(b Age) bool { return a == b }

type GenericAlias[T any] = map[string]List[T]

type Set[E comparable] map[E]struct{}

type GenericMethods struct{}

func (GenericMethods) Get[T any](x T) []T                { return nil }
func (GenericMethods) Do[K comparable, V any](m map[K]V) {}

type WithMethod[P any] struct{ x P }

func (w WithMethod[P]) Get[Q interface{ ~[]P }](q Q) P { return w.x }

type Getter interface{ Get() int }

// Values whose types matter.

var (
	v01 int
	v02 uint8
	v03 byte
	v04 rune
	v05 float32
	v06 complex64
	v07 string
	v08 bool
	v09 unsafe.Pointer
	v10 uintptr
	v11 error
	v12 any
	v13 interface{}
	v14 []byte
	v15 []uint8
	v16 []rune
	v17 []Int
	v18 *Struct
	v19 **Struct
	v20 *Stringer
	v21 [4]int
	v22 *[4]int
	v23 *[3]int
	v24 []int
	v25 map[string][]int
	v26 chan int
	v27 <-chan int
	v28 chan<- int
	v29 chan (<-chan int)
	v30 func(int, ...string) (int, error)
	v31 func(x int, y []string) (a int, b error)
	v32 struct{ A int }
	v33 struct {
		A int "one:\"1\""
	}
	v34 struct {
		A int
		x string
		B []Struct "json:\"b\""
	}
	v35 struct{ *Deep }
	v36 interface{ String() string }
	v37 interface {
		Mer
		Flat
	}
	v38 interface {
		error
		Stringer
	}
	v39 List[int]
	v40 *List[AliasInt]
	v41 List[Int]
	v42 Pair[string, List[int]]
	v43 EmbedGeneric[bool]
	v44 *EmbedGeneric[bool]
	v45 Tree[Age]
	v46 GenericAlias[int]
	v47 map[string]List[int]
	v48 Set[string]
	v49 Ordered[Age]
	v50 interface{ Less(Age) bool }
	v51 *EmbedTwo
	v52 *Embed
	v53 *Recursive
	v54 []Bytes
	v55 [0]func()
	v56 [2][2]Padded
	v57 func(func(int) string) func()
	v58 *GenericMethods
	v59 WithMethod[int]
	v60 *WithMethod[string]
	v61 map[any]int
	v62 struct {
		Stringer
		_ int
		_ string
	}
	v63 interface{ Get() int }
	v64 *Array
	v65 *Bytes
	v66 *Int
	v67 *D1
	v68 struct{ f [2]struct{ g func() } }
)

// Type parameters.

func params1[
	T any,
	I ~int | ~int64,
	S ~string,
	B ~[]byte,
	BS []byte | string,
	C comparable,
	N Number,
](T, I, S, B, BS, C, N, []T, map[C]T, *N, List[T], func(T) I, [3]S, struct{ A T }) {
}

func params2[
	M Mer,
	ST Stringer,
	P interface {
		*E
		Stringer
	},
	E any,
	L ~[]E,
	CH chan int | <-chan int,
	CI ~chan int,
	F ~func(int) string,
	PS *Struct,
	ON Ordered[ON],
](M, ST, P, E, L, CH, CI, F, PS, ON, Tree[ON], interface{ Less(ON) bool }) {
}

func params3[ES interface{ Struct | Embed }, AR ~[4]int, SL ~[]int, UP unsafe.Pointer, I8 int8 | uint8, FL float32 | float64, CX complex64 | complex128](ES, AR, SL, UP, I8, FL, CX) {
}
