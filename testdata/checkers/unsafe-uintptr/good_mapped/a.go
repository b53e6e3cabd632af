// Memory that the system has mapped, kept in fields and maps: the collector does not know it.
package good

import (
	"syscall"
	"unsafe"
)

type mapper struct {
	active map[*byte][]byte
	last   []byte
	unmap  func(addr, length uintptr) error
}

func mapped(length int) ([]byte, error) {
	addr, _, errno := syscall.Syscall6(syscall.SYS_MMAP, 0, uintptr(length), 3, 0x22, ^uintptr(0), 0)
	if errno != 0 {
		return nil, errno
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(addr)), length), nil
}

func (m *mapper) get(length int) ([]byte, error) {
	b, err := mapped(length)
	if err != nil {
		return nil, err
	}
	if m.active == nil {
		m.active = make(map[*byte][]byte)
	}
	m.active[&b[0]] = b
	m.last = b
	return b, nil
}

// What is unmapped is what was kept, not what the caller says.
func (m *mapper) put(data []byte) error {
	b := m.active[&data[0]]
	if b == nil {
		return syscall.EINVAL
	}
	delete(m.active, &data[0])
	return m.unmap(uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
}

func (m *mapper) putLast() error {
	b := m.last
	m.last = nil
	return release(b)
}

func release(b []byte) error {
	return unmapped(uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
}

func unmapped(addr, length uintptr) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_MUNMAP, addr, length, 0); errno != 0 {
		return errno
	}
	return nil
}

// Use lets the functions run.
func Use(data []byte) error {
	m := &mapper{unmap: unmapped}
	if _, err := m.get(len(data)); err != nil {
		return err
	}
	if err := m.putLast(); err != nil {
		return err
	}
	return m.put(data)
}
