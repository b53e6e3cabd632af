// Functions in maps, channels, slices, fields and captured variables.
package main

type handler func(string) int

type server struct{ onClose func() }

func length(s string) int { return len(s) }

func first(s string) int { return int(s[0]) }

func other(s string) int { return 2 }

func closed() {}

func flushed() {}

var routes = map[string]handler{"length": length}

func serve(name string) int {
	return routes[name]("x") // vta: length, first
}

func worker(jobs <-chan func() int) int {
	sum := 0
	for job := range jobs {
		sum += job() // vta: main$1
	}
	return sum
}

func stop(s *server) {
	s.onClose() // vta: closed
}

func counter() (func() int, func()) {
	n := 0
	return func() int { n++; return n }, func() { n = 0 }
}

func sameName(f *func()) {
	(*f)() // vta: flushed
}

func main() {
	routes["first"] = first
	println(serve("first"))
	jobs := make(chan func() int, 1)
	jobs <- func() int { return 3 }
	close(jobs)
	println(worker(jobs))
	stop(&server{closed})
	f := flushed
	sameName(&f)
	next, reset := counter()
	println(next()) // vta: counter$1
	reset()         // vta: counter$2
	all := append([]handler(nil), other)
	println(all[0]("y")) // vta: other
}
