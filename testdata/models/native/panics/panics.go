// Package panics panics in another language.
package panics

func check(n int)
func look(p *int)

func covered(n int) {
	defer func() {
		if r := recover(); r != nil {
			println("recovered")
		}
	}()
	go check(n) // want `unrecovered-goroutine-panic`
}

func calm(p *int) {
	defer func() {
		if r := recover(); r != nil {
			println("recovered")
		}
	}()
	go look(p)
}
