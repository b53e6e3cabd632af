//go:build go1.21

// One variable for all iterations, as before Go 1.22.
package main

import "fmt"

func main() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for i, s := range []string{"a", "b"} {
		fs = append(fs, func() int { i += len(s); return i })
	}
	for k := range map[int]bool{7: true} {
		fs = append(fs, func() int { k++; return k })
	}
	for _, f := range fs {
		fmt.Print(f(), " ", f(), " ")
	}
	fmt.Println()

	// The copy for the next iteration is made before the post statement.
	var ps []*int
	for i := 0; i < 6; i++ {
		ps = append(ps, &i)
		if i == 1 {
			continue
		}
		i++
	}
	for _, p := range ps {
		fmt.Print(*p, " ")
	}
	fmt.Println()

	var prints []func()
	for i, j := 0, 10; i < j; i, j = i+1, j-3 {
		prints = append(prints, func() { fmt.Print(i, "-", j, " "); j = 0 })
		defer func() { fmt.Println("deferred", i, j) }()
	}
	for n := 0; n < 2; n++ {
		for _, f := range prints {
			f()
		}
	}
	fmt.Println()

	// A closure in the condition or the post statement has the variable of its iteration.
	var conditions []func() int
	for i := 0; func() bool { conditions = append(conditions, func() int { return i }); return i < 3 }(); i++ {
		i *= 1
	}
	for _, f := range conditions {
		fmt.Print(f(), " ")
	}
	fmt.Println()

	i := 5
again:
	for i := i; i < 7; i++ {
		fs = append(fs, func() int { return i })
		if i == 5 {
			continue again
		}
	}
	fmt.Println(fs[len(fs)-2](), fs[len(fs)-1](), i)

	var x int
	var outer []func() int
	for x = range [3]int{} {
		outer = append(outer, func() int { return x })
	}
	fmt.Println(outer[0](), outer[2]())
}
