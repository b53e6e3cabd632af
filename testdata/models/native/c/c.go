// Package c calls functions of C.
package c

/*
void c_fill(int *p, int n);
int c_peek(const int *p);
int c_open(const int *p);
*/
import "C"

func peeks(p *C.int, done chan bool) C.int {
	go func() {
		println(C.c_peek(p))
		done <- true
	}()
	n := *p
	<-done
	return n
}

func fills(p *C.int, done chan bool) C.int {
	go func() {
		C.c_fill(p, 1) // want `data-race: .*p`
		done <- true
	}()
	n := *p
	<-done
	return n
}

func opens(p *C.int, done chan bool) (C.int, error) {
	go func() {
		println(C.c_open(p))
		done <- true
	}()
	*p = 1 // want `data-race: .*p`
	<-done
	n, err := C.c_open(p)
	return n, err
}

func opensAlone(p *C.int) (C.int, error) {
	n, err := C.c_open(p)
	return n, err
}
