//go:build go1.26

package constraints
