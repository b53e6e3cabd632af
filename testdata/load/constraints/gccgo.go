//go:build gccgo || ignore

package constraints
