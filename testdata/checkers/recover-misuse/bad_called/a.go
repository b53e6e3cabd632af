// Functions that are called, or run as goroutines, and never deferred.
package main

import (
	"log"
	"time"
)

func catch() any {
	return recover() // want `recover-misuse: .catch. is called, and never deferred`
}

func work(step func()) {
	step()
	if r := catch(); r != nil {
		log.Println(r)
	}
}

func watch() {
	if r := recover(); r != nil { // want `recover-misuse`
		log.Println(r)
	}
}

func with(step func(), then func()) {
	step()
	then()
}

func main() {
	go watch()
	time.AfterFunc(time.Second, watch)
	work(func() { panic("bad") })
	with(func() { panic("bad") }, func() {
		recover() // want `recover-misuse`
	})
	if r := recover(); r != nil { // want `recover-misuse: .main. is never deferred`
		log.Println(r)
	}
}
