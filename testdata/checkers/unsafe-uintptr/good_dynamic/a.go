// Calls that are not by name, to functions to which no address goes.
package good

import "unsafe"

type visitor interface{ visit(n uintptr) unsafe.Pointer }

type counter struct{ total uintptr }

func (c *counter) visit(n uintptr) unsafe.Pointer {
	c.total += n & 7
	return nil
}

type device struct{}

func (device) visit(n uintptr) unsafe.Pointer { return unsafe.Pointer(n) }

func alignment(p *int) {
	var v visitor = &counter{}
	v.visit(uintptr(unsafe.Pointer(p)))
}

func port() unsafe.Pointer {
	var v visitor = device{}
	return v.visit(0x60)
}

func apply(f func(uintptr) uintptr, n uintptr) uintptr { return f(n) }

func hash(n uintptr) uintptr { return n * 31 }

func double(n uintptr) uintptr { return n * 2 }

func hashed(p *int) uintptr { return apply(hash, uintptr(unsafe.Pointer(p))) }

func doubled() unsafe.Pointer { return unsafe.Pointer(apply(double, 0x30)) }

// Use lets the functions run.
func Use(p *int) {
	alignment(p)
	port()
	hashed(p)
	doubled()
}
