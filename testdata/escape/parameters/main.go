// Package parameters has parameters that leak in all ways there are.
package parameters

type node struct {
	next  *node
	value *int
	name  string
}

var sink any
var pointer *int

func ignored(p *int) int { return *p }

func kept(p *int) { pointer = p }

func content(p **int) { pointer = *p }

func returned(p *int) *int { return p }

func field(n *node) (value *int, err error) { return n.next.value, nil }

func several(p, q *int) (a, b *int) { return q, p }

func named(n node) (next *node) {
	next = n.next
	return
}

func (n *node) push(value *int) *node {
	n.value = value
	return &node{next: n}
}

func (n *node) swap() {
	n.next, n.next.next = n.next.next, n.next
	n.name = n.name[1:]
}

func byAddress(p *int) **int { return &p }

func (n *node) first() *node {
	n = n.skip()
	return n
}

func (n *node) skip() *node { return n.next }

func blankResult(p *int) (_ *int, err error) { return p, nil }

func blank(_ *int, _ string) {}

func variadic(all ...*int) *int { return all[0] }

func many(p *int) (a, b, c, d, e, f *int) { return nil, nil, nil, nil, nil, p }

func noPointers(a int, b float64, c [4]bool) {}

func throughCall(p *int) *int { return returned(returned(p)) }

func recursive(n *node, depth int) *node {
	if depth == 0 {
		return n
	}
	return recursive(n.next, depth-1)
}

func even(n *node) *node { return odd(n.next) }

func odd(n *node) *node {
	sink = n.value
	return even(n.next)
}

func assembly(p *int, n uintptr)

//go:noescape
func assemblyKeeps(p *int)
