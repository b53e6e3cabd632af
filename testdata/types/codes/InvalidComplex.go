// Parts of complex numbers.
package p

func f(i int, f32 float32, f64 float64, s string) {
	_ = complex(f32, f64)
	_ = complex(i, i)
	_ = complex(s, s)
	_ = complex(1, "a")
	_ = complex(1)
	_ = complex(f32, 1)
	_ = complex(1, 2i)
	_ = complex()
	complex(1, 2)
	_ = complex(nil, 1)
}
