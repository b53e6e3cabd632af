package p

func statements(ch chan int, x any) (err error) {
	a, b := 1, 2
	a += b
	a &^= 3
	a++
	b--
	ch <- a
	<-ch
	v, ok := <-ch
	go func() { defer recover() }()
	defer f(a, s...)
	if a := f(); a > 0 {
	} else if b {
	} else {
		return
	}
	switch {
	}
	switch x := f(); x {
	case 1, 2:
		fallthrough
	default:
	}
	switch y := x.(type) {
	case nil, []int, func():
	case interface{ M() }:
	}
	switch x.(type) {
	}
	switch f(); x.(type) {
	}
	select {
	case ch <- 1:
	case v = <-ch:
	case v, ok := <-ch:
		break
	default:
	}
outer:
	for {
		for i := 0; i < 10; i++ {
			continue outer
		}
		for a < b {
			break outer
		}
		for range 10 {
		}
		for range ch {
		}
		for k, v := range m {
		}
		for k, m[v] = range seq {
		}
		for ; ; {
		}
		goto end
	}
	const local = 1
	type T struct{}
	var t, u T = T{}, T{}
	{
		;
	}
end:
}
