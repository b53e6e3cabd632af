//go:build goexperiment.arenas

package constraints
