// Package library is called by code that is not seen.
package library

// Store is what callers implement.
type Store interface{ Put(n *Node) *Node }

// Node is what they put there.
type Node struct{ Value *int }

type memory struct{ kept *Node }

func (m *memory) Put(n *Node) *Node {
	m.kept = n
	return m.kept
}

// New makes a store.
func New() Store { return &memory{} }

// Fill puts a new node into a store.
func Fill(s Store, done func(*Node)) *Node {
	n := s.Put(&Node{})
	done(n)
	return n
}
