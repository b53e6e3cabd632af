package cgo

// #cgo CFLAGS: -I. -I${SRCDIR}/include -I /usr/include -DNAME="a b"
// #cgo linux LDFLAGS: -L lib -lm
// #cgo windows,amd64 darwin LDFLAGS: -lother
// #cgo (linux||windows)&&!arm64 CXXFLAGS: -std=c++17
// #cgo pkg-config: zlib libpng
// #cgo noescape f
// int f(void);
import "C"
