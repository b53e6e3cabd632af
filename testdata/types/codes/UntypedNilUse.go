// nil alone has no type.
package p

var a = nil

func f() {
	x := nil
	var y = nil
	_ = nil
	_, _ = 1, nil
	switch nil {
	}
	for range nil {
	}
	nil := 1
	_ = nil
}

var _ = nil == nil
var _ = nil.x
var _ = *nil
var _ = nil()
