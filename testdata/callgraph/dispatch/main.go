// What each algorithm knows of a dynamic call. A comment behind a call names all functions that it
// may reach, by algorithm.
package main

type shape interface{ area() int }

type square struct{ side int }

func (s square) area() int { return s.side * s.side }

type circle struct{ radius int }

func (c *circle) area() int { return 3 * c.radius * c.radius }

type triangle struct{}

func (triangle) area() int { return 1 }

// Never made: no shape holds it.
type point struct{}

func (point) area() int { return 0 }

func total(shapes []shape) int {
	sum := 0
	for _, s := range shapes {
		sum += s.area() // vta: square.area, circle.area; rta: square.area, circle.area, triangle.area; cha: square.area, (area of *square), circle.area, triangle.area, (area of *triangle), hexagon.area, (area of *hexagon)
	}
	return sum
}

func one() int { return 1 }

func two() int { return 2 }

func three() int { return 3 }

func apply(f func() int) int {
	return f() // vta: one; rta: one, two, unused$1; cha: one, two, unused$1, three
}

type hexagon struct{}

func (hexagon) area() int { return 6 }

// Nobody calls it.
func dead() {
	var s shape = hexagon{}
	f := three
	println(s.area(), f())
}

func unused() (func() int, shape) {
	return func() int { return 4 }, triangle{}
}

func main() {
	println(total([]shape{square{2}, &circle{1}}))
	println(apply(one))
	f := two
	println(f()) // vta: two
	_, t := unused()
	println(t.area()) // vta: triangle.area
}
