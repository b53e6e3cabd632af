// One receiver, of a type that is named.
package p

type T int

func () none()         {}
func (a, b T) two()    {}
func (a T, b T) more() {}
func (a ...T) dots()   {}
