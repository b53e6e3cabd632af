// What cannot be reached is collected: finalizers and cleanups run, weak pointers become nil, and
// a program may allocate far more than it holds.
package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
	"unique"
	"weak"
)

type node struct {
	name string
	next *node
	pad  [100]int
}

//go:noinline
func deep(depth int, f func()) {
	if depth > 0 {
		deep(depth-1, f)
		return
	}
	f()
}

func settle() {
	for range 3 {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
}

func finalizers() {
	done := make(chan string, 10)
	deep(20, func() {
		first, second := &node{name: "first"}, &node{name: "second"}
		first.next = second
		runtime.SetFinalizer(first, func(n *node) { done <- n.name + " before " + n.next.name })
		runtime.SetFinalizer(second, func(n any) { done <- n.(*node).name })
		third := &node{name: "third"}
		runtime.AddCleanup(third, func(text string) { done <- text }, "cleaned up")
		fourth := &node{name: "fourth"}
		cleanup := runtime.AddCleanup(fourth, func(int) { done <- "never" }, 1)
		cleanup.Stop()
		runtime.SetFinalizer(fourth, func(*node) { done <- "never" })
		runtime.SetFinalizer(fourth, nil)
	})
	var all []string
	for len(all) < 3 {
		settle()
		for len(done) > 0 {
			all = append(all, <-done)
		}
	}
	fmt.Println(strings.Contains(strings.Join(all, ","), "cleaned up"), len(all))
	if all[len(all)-1] != "second" {
		fmt.Println("out of order:", all)
	}
}

var kept *node

func weakPointers() {
	var lost, held weak.Pointer[node]
	deep(20, func() {
		n := &node{name: "lost"}
		kept = &node{name: "kept"}
		lost, held = weak.Make(n), weak.Make(kept)
		fmt.Println(lost.Value().name, held.Value() == kept, lost == weak.Make(n))
	})
	settle()
	fmt.Println(lost.Value() == nil, held.Value().name)
}

// lastUse has a variable that is in scope, but not used any more, while memory is collected.
func lastUse() {
	n := &node{name: "used"}
	w := weak.Make(n)
	fmt.Println(n.name, w.Value() != nil)
	settle()
	fmt.Println(w.Value() == nil)

	m := &node{name: "used later"}
	w = weak.Make(m)
	settle()
	fmt.Println(m.name, w.Value() == m)
}

func handles() {
	a := unique.Make("a" + strings.Repeat("b", 3))
	settle()
	fmt.Println(a == unique.Make("abbb"), a.Value())
}

var buffer []byte

// churn holds little of the gigabytes that it allocates: in maps, channels, slices, strings.
func churn() {
	live := map[int]*node{}
	sum := 0
	for i := range 20000 {
		m := map[string][]int{}
		for j := range 4 {
			m[strings.Repeat("k", j)] = make([]int, 100)
		}
		c := make(chan *node, 4)
		c <- &node{name: fmt.Sprint(i)}
		live[i%50] = <-c
		sum += len(m) + len(live[i%50].name)
		buffer = make([]byte, 64<<10)
		buffer[i%len(buffer)] = 1
	}
	fmt.Println(len(live), sum, live[49].name)
}

type tree struct{ left, right *tree }

func build(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{build(depth - 1), build(depth - 1)}
}

func (t *tree) count() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

// trees is the shape of programs that live from their collector: a tree that stays, many that go,
// on several goroutines.
func trees() {
	long := build(12)
	results := make(chan int)
	for range 4 {
		go func() {
			total := 0
			for range 20 {
				total += build(10).count()
			}
			results <- total
		}()
	}
	total := 0
	for range 4 {
		total += <-results
	}
	fmt.Println(total, long.count())
}

func main() {
	finalizers()
	weakPointers()
	lastUse()
	handles()
	churn()
	trees()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println(stats.NumGC > 0, stats.TotalAlloc > 1<<30, stats.HeapAlloc < 512<<20)
}
