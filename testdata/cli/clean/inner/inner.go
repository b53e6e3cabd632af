// Package inner uses a package of its module.
package inner

import "example.com/clean"

// Double doubles.
func Double(x int) int { return clean.Add(x, x) }
