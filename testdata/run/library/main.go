// What the standard library does with its own memory: maps for several goroutines, pools, strings
// as bytes, random numbers, hashes.
package main

import (
	"crypto/rand"
	"crypto/sha1"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unsafe"
)

var shared sync.Map

type buffer struct{ text []byte }

var pool = sync.Pool{New: func() any { return new(buffer) }}

func maps() {
	var own sync.Map
	for at, word := range strings.Fields("one two three two one") {
		own.Store(word, at)
		if _, loaded := shared.LoadOrStore(word, at); loaded {
			shared.Delete(word)
		}
	}
	own.Range(func(key, value any) bool {
		_, both := shared.Load(key)
		if both {
			fmt.Println(key, value)
		}
		return true
	})
	own.Swap("one", 7)
	own.CompareAndSwap("one", 7, 8)
	own.CompareAndDelete("two", 9)
	fmt.Println(own.LoadAndDelete("one"))
	own.Clear()
}

func pools() {
	for range 3 {
		b := pool.Get().(*buffer)
		b.text = append(b.text, 'x')
		pool.Put(b)
	}
}

func texts() {
	words := []byte("some words")
	text := string(words[:4]) + "thing"
	data := unsafe.StringData(text)
	fmt.Println(*data, string(unsafe.Slice(data, len(text))))
	again := unsafe.String(&words[5], 5)
	behind := unsafe.StringData(again)
	fmt.Println(behind == &words[5], again)
	io.WriteString(os.Stdout, strings.Repeat("ab", 3)+"\n")
	var b strings.Builder
	b.WriteString(text)
	os.Stdout.WriteString(b.String() + "\n")
}

func main() {
	maps()
	pools()
	texts()
	one, two := make([]byte, 32), make([]byte, 32)
	rand.Read(one)
	rand.Read(two)
	fmt.Println(string(one) != string(two))
	fmt.Printf("%x\n", sha1.Sum([]byte("text")))
}
