// Instances without end.
package p

type T[P any] struct{ f *T[[]P] }
