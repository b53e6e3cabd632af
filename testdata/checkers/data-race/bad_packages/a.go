// What another package starts.
package packages

import "example.com/bad_packages/store"

func Load() int {
	s := store.Open()
	s.Size = 0
	return s.Size
}
