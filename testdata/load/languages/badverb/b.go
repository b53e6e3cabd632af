package badverb

// #cgo NOSUCH: x
import "C"
