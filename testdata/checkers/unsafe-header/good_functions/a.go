// What package unsafe has instead of headers.
package good

import "unsafe"

func bytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func ints(p *[16]byte) []int32 { return unsafe.Slice((*int32)(unsafe.Pointer(p)), 4) }

func cast(b []byte) string { return *(*string)(unsafe.Pointer(&b)) }
