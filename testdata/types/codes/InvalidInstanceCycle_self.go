// A function that needs itself for ever more types.
package p

func f[P any]() { f[*P]() }
