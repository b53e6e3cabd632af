//go:build strict

package configurations

var undeclared = missing
