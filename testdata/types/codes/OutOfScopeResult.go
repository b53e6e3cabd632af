// Results that are hidden at a return.
package p

func f() (err error) {
	if err := g(); err != nil {
		return
	}
	{
		var err int
		_ = err
		return
	}
	for err := range 3 {
		_ = err
		return
	}
	{
		const err = 1
		return
	}
	{
		type err int
		return
	}
	return
}

func g() error { return nil }
