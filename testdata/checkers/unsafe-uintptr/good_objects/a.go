// Two slices, two maps, two channels of one type: what one holds does not come out of the other.
package good

import (
	"fmt"
	"unsafe"
)

func work(n int) []byte { return make([]byte, n) }

func slices(p *int) unsafe.Pointer {
	keys := make([]uintptr, 0, 4)
	ports := []uintptr{0x60, 0x64}
	keys = append(keys, uintptr(unsafe.Pointer(p)))
	work(len(keys))
	return unsafe.Pointer(ports[0])
}

func maps(p *int) unsafe.Pointer {
	ids := map[string]uintptr{"p": uintptr(unsafe.Pointer(p))}
	ports := map[string]uintptr{"keyboard": 0x60}
	work(len(ids))
	return unsafe.Pointer(ports["keyboard"])
}

func channels(p *int) unsafe.Pointer {
	ids, ports := make(chan uintptr, 1), make(chan uintptr, 1)
	ids <- uintptr(unsafe.Pointer(p))
	ports <- 0x60
	work(1)
	return unsafe.Pointer(<-ports)
}

func boxes(p *int) unsafe.Pointer {
	var id, port any = uintptr(unsafe.Pointer(p)), uintptr(0x60)
	fmt.Println(id)
	return unsafe.Pointer(port.(uintptr))
}

// Use lets the functions run.
func Use(p *int) {
	slices(p)
	maps(p)
	channels(p)
	boxes(p)
}
