package cgo

/*
#cgo CPPFLAGS: -Dx
#cgo FFLAGS: -O2
#cgo CFLAGS: -g
*/
import "C"
