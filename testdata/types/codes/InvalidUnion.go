// What cannot stand in a union.
package p

type I interface{ m() }

type A interface{ int | I }
type B interface{ int | comparable }
type C interface{ int | ~int }
type D interface{ ~Int }
type E interface{ int | int }
type F[P any] interface{ P | int }
type G[P any] interface{ ~P }
type H interface{ ~error }
type J interface{ int | any }
type K interface{ undefined | int }
type L interface{ ~[]Int | ~struct{} }
type M interface{ int | string | int }

type Int int

func f[P int | I]()         {}
func g[P, Q any, R P | Q]() {}
func h[P ~Int | int]()      {}
