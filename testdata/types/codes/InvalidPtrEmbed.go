// What cannot be embedded.
package p

import "unsafe"

type I interface{}
type P *int

type A struct{ *I }
type B struct{ P }
type C struct{ *P }
type D struct{ unsafe.Pointer }
type E struct{ *unsafe.Pointer }

type F[T any] struct{ T }
type G[T any] struct{ *T }

type Alias = *int
type H struct{ Alias }
