package p

func f() {
	x := 
	y = = 1
	if x {
	}
	else {
	}
}

func g() {
	for i := 0; i < 10 {
	}
	if x = 1 {
	}
	if a := b; {
	}
	switch x
	{
	}
	a, b
	defer (f())
	goto 1
}

func h() {
	x.1
	var y int = 
	s[]
	s[1:2:]
	s[::3]
	f(a b)
	T{1 2}
}
