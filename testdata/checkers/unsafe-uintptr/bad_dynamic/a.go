// Addresses that go through interfaces and calls that are not by name.
package bad

import "unsafe"

type resolver interface {
	resolve(addr uintptr) *int
}

type plain struct{}

func (plain) resolve(addr uintptr) *int {
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr: made from .p. in .throughInterface.`
}

func throughInterface(r resolver, p *int) *int {
	return r.resolve(uintptr(unsafe.Pointer(p)))
}

func throughValue(convert func(uintptr) *int, p *int) *int {
	return convert(uintptr(unsafe.Pointer(p)))
}

func toPointer(addr uintptr) *int {
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr: made from .p. in .throughValue.`
}

type source interface{ address() uintptr }

type holder struct{ p *int }

func (h *holder) address() uintptr { return uintptr(unsafe.Pointer(h.p)) }

func fromInterface(s source) *int {
	addr := s.address()
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr: in .\(\*holder\).address.`
}

func boxed(p *int) any { return uintptr(unsafe.Pointer(p)) }

func unboxed(p *int) *int {
	switch addr := boxed(p).(type) {
	case uintptr:
		return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr: made from .p. in .boxed.`
	}
	return nil
}

type address uintptr

func (a address) resolve(offset uintptr) *int {
	return (*int)(unsafe.Pointer(uintptr(a) + offset)) // want `unsafe-uintptr: in .asReceiver.`
}

func asReceiver(p *int) *int {
	var r resolver = address(uintptr(unsafe.Pointer(p)))
	return r.resolve(4)
}

func bound(p *int) *int {
	convert := other{}.resolve
	return call(convert, uintptr(unsafe.Pointer(p)))
}

func call(convert func(uintptr) *int, addr uintptr) *int { return convert(addr) }

type other struct{ _ int }

func (other) resolve(addr uintptr) *int {
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr: in .bound.`
}

// Use lets the functions run.
func Use(p *int, q *int) {
	var r resolver = plain{}
	throughInterface(r, p)
	throughValue(toPointer, p)
	fromInterface(&holder{p})
	unboxed(p)
	asReceiver(p)
	bound(q)
}
