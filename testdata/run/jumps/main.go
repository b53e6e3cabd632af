// Labelled break and continue, and goto.
package main

import "fmt"

func search(rows [][]int, wanted int) (int, int) {
	var i, j int
rows:
	for i = range rows {
		for j = range rows[i] {
			switch {
			case rows[i][j] == wanted:
				break rows
			case rows[i][j] < 0:
				continue rows
			}
		}
	}
	return i, j
}

func retry(limit int) (tries int) {
again:
	tries++
	if tries < limit {
		goto again
	}
	return
}

func skip(n int) (s string) {
	if n == 0 {
		goto end
	}
	for {
		s += "a"
		{
			if n--; n == 0 {
				goto end
			}
		}
	}
end:
	return s + "."
}

func blocks(n int) {
block:
	for {
		if n == 1 {
			break block
		}
		fmt.Print("block ")
		break
	}
choice:
	switch n {
	case 1:
		for {
			break choice
		}
	case 2:
		if true {
			break
		}
		fmt.Print("never ")
	default:
		fmt.Print("other ")
	}
receive:
	select {
	default:
		for range 3 {
			if n == 2 {
				break receive
			}
			fmt.Print("s ")
		}
		break
	}
	fmt.Println("end", n)
}

func closures() {
	i := 0
	var fs []func() int
loop:
	j := i * 10
	fs = append(fs, func() int { j++; return j + i })
	if i++; i < 3 {
		goto loop
	}
	for _, f := range fs {
		fmt.Print(f(), " ", f(), " ")
	}
	fmt.Println()
}

func nested() {
outer:
	for i := 0; i < 3; i++ {
	middle:
		for j := 0; ; j++ {
			for k := range 3 {
				switch (i + j + k) % 5 {
				case 1:
					continue
				case 2:
					continue middle
				case 3:
					break middle
				case 4:
					continue outer
				}
				fmt.Print(i, j, k, " ")
				defer fmt.Print("d", i, j, k, " ")
				if j > 4 {
					break outer
				}
			}
		}
	}
	fmt.Println()
}

func main() {
	fmt.Println(search([][]int{{1, 2}, {-1, 5}, {4, 5}}, 5))
	fmt.Println(search(nil, 5))
	fmt.Println(retry(4), skip(0), skip(3))
	for n := range 3 {
		blocks(n)
	}
	closures()
	nested()
	fmt.Println()
	// The same label in another function, and a label that is the name of a variable.
	x := 1
x:
	for x < 10 {
		for {
			x *= 2
			continue x
		}
	}
	fmt.Println(x)
}
