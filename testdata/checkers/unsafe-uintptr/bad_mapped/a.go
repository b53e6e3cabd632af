// Memory of which some is mapped and some is Go's, kept in the same fields and maps.
package bad

import (
	"syscall"
	"unsafe"
)

type mapper struct {
	active map[*byte][]byte
	last   []byte
}

func (m *mapper) get(length int) ([]byte, error) {
	addr, _, errno := syscall.Syscall6(syscall.SYS_MMAP, 0, uintptr(length), 3, 0x22, ^uintptr(0), 0)
	if errno != 0 {
		return nil, errno
	}
	b := unsafe.Slice((*byte)(unsafe.Pointer(addr)), length)
	m.active[&b[0]] = b
	return b, nil
}

// Small ones come from the heap.
func (m *mapper) small(length int) []byte {
	b := make([]byte, length)
	m.active[&b[0]] = b
	m.last = b
	return b
}

func (m *mapper) lock(data []byte) error {
	b := m.active[&data[0]]
	return locked(uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
}

func (m *mapper) lockLast() error {
	b := m.last
	m.last = nil
	return unlocked(uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
}

func locked(addr, length uintptr) error {
	_, _, errno := syscall.Syscall(syscall.SYS_MLOCK, addr, length, 0) // want `unsafe-uintptr: is used as an address by a system call`
	return errno
}

func unlocked(addr, length uintptr) error {
	_, _, errno := syscall.Syscall(syscall.SYS_MUNLOCK, addr, length, 0) // want `unsafe-uintptr: is used as an address by a system call`
	return errno
}

// Use lets the functions run.
func Use(data []byte) error {
	m := &mapper{active: map[*byte][]byte{}}
	if _, err := m.get(len(data)); err != nil {
		m.small(len(data))
	}
	if err := m.lockLast(); err != nil {
		return err
	}
	return m.lock(data)
}
