package badline

// #cgo LDFLAGS -lm
import "C"
