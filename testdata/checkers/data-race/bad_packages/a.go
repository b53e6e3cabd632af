// What another package starts.
package packages

import "example.com/bad_packages/store"

func Load() int {
	s := store.Open()
	s.Size = 0 // want `data-race: .s.Size. is written here while another goroutine reads it`
	return s.Size
}
