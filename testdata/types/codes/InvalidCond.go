// Conditions are true or false.
package p

func f(i int, s string, p *int, e error) {
	if i {
	}
	if 1 {
	}
	if s {
	}
	for i {
	}
	for ; p; {
	}
	if nil {
	}
	if i = 1; i {
	}
	if e {
	} else if i + 1 {
	}
	for 1 {
	}
	if f {
	}
}
