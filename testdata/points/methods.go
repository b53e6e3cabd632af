// Methods as values and expressions, of types, pointers, embedded fields and interfaces.
package main

func reveal(any) {}

type engine struct{ oil *int }

func (e *engine) fill(oil *int) *engine {
	e.oil = oil
	return e
}

func (e engine) level() *int { return e.oil }

type filler interface{ fill(*int) *engine }

type leveller interface{ level() *int }

// Through pointers and values, at two depths.

type car struct {
	*engine
	seats *int8
}

type truck struct {
	car
	load *int16
}

type wagon struct{ leveller }

type machine interface {
	filler
	leveller
}

// A method that hides a promoted one.

type quiet struct {
	engine
	own *int
}

func (q quiet) level() *int { return q.own }

func call(f func() *int) *int { return f() }

func main() {
	a, b, c := new(int), new(int), new(int)
	d := new(int)
	e := &engine{}
	t := truck{car: car{engine: e}}
	reveal(t.fill(a)) // points to new:52
	reveal(e.oil)     // points to new:50

	// A method value has the receiver that it was made with, or that of another of the same method.
	first, second := &engine{oil: b}, &engine{oil: d}
	value := first.level
	reveal(value())            // points to new:50 new:51
	reveal(call(second.level)) // points to new:50 new:51
	pointer := first.fill
	reveal(pointer(b)) // points to new:58

	// A copy of a value is made where the method value is.
	third := engine{oil: d}
	copied := third.level
	third.oil = nil
	reveal(copied()) // points to new:50 new:51

	// Method expressions take the receiver as an argument.
	reveal(engine.level(engine{oil: d}))                       // points to new:51
	reveal((*engine).level(&engine{oil: d}))                   // points to new:51
	reveal(truck.level(truck{car: car{engine: second}}))       // points to new:51
	reveal((*truck).fill(&truck{car: car{engine: second}}, d)) // points to new:58
	reveal(leveller.level(second))                             // points to new:51

	// Promoted methods in interfaces.
	var l leveller = &truck{car: car{engine: second}}
	reveal(l.level()) // points to new:51
	l = wagon{engine{oil: c}}
	reveal(l)         // points to interface:81
	reveal(l.level()) // points to new:50
	l = quiet{engine{oil: c}, d}
	reveal(l.level())                               // points to new:51
	reveal(quiet{engine{oil: c}, d}.engine.level()) // points to new:50

	// Of an interface: the method is that of what it holds.
	fifth := &engine{oil: d}
	var m machine = &truck{car: car{engine: fifth}}
	bound := m.level
	reveal(bound()) // points to new:51
	fill := m.fill
	reveal(fill(d)) // points to new:89
	var narrow filler = m
	reveal(narrow.fill(d)) // points to new:89
	if again, ok := narrow.(leveller); ok {
		reveal(again.level()) // points to new:51
	}
	if _, ok := narrow.(*engine); ok {
		reveal(narrow.(*engine)) // points to nothing
	}

	// Deferred, in a goroutine, and stored.
	done := make(chan *int, 1)
	table := map[string]func() *int{"x": second.level}
	reveal(table["x"]()) // points to new:50 new:51
	go func() { done <- third.level() }()
	reveal(<-done) // points to new:51
	func() {
		defer fifth.fill(d)
		reveal(fifth) // points to new:89
	}()
	reveal(fifth.oil) // points to new:51
}
