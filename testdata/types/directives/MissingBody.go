// Functions without a body.
package p

func f()
func g(int) string

type T struct{}

func (T) m()
