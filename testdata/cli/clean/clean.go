// Package clean has nothing wrong with it.
package clean

// Add adds.
func Add(x, y int) int { return x + y }
