package badarg

// #cgo LDFLAGS: `x`
import "C"
