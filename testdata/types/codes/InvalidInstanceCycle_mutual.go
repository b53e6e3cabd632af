// Functions that need each other for ever more types.
package p

func g[P any]() { h[[]P]() }
func h[P any]() { g[P]() }
