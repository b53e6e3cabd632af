// Package mem hands out addresses as integers.
package mem

import "unsafe"

// Address returns the address of p's target.
func Address(p *int) uintptr { return uintptr(unsafe.Pointer(p)) }

// At returns a pointer to an address.
func At(addr uintptr) *int {
	return (*int)(unsafe.Pointer(addr)) // want `unsafe-uintptr: made from .x.`
}
