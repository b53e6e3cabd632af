// A generic function has a body.
package p

func h[P any](P)
