// What a switch compares.
package p

type S struct{ f []int }

func f(i int, s string, fn func(), sl []int, m map[int]int, st S, e error, p *int) {
	switch i {
	case "a":
	case 1.5:
	case s:
	case nil:
	case 1, 2, 3.0:
	case undefined:
	case i < 1:
	}
	switch fn {
	case nil:
	case fn:
	}
	switch sl {
	case nil:
	case sl:
	}
	switch st {
	case S{}:
	}
	switch {
	case 1:
	case i:
	case "a":
	case i == 1:
	case nil:
	}
	switch e {
	case nil, p, 1:
	}
	switch nil {
	}
	switch f {
	}
	switch undefined {
	case 1:
	}
	switch m {
	}
	switch x := 5; x {
	case s:
	}
}

func g[P any, C comparable](p P, c C) {
	switch p {
	}
	switch c {
	case c:
	case 1:
	}
}
