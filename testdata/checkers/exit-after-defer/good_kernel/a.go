// All that is deferred is done by the system when the process ends.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"sync"
	"time"
)

var mu sync.Mutex

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	file, err := os.Open("input")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	conn, err := net.Dial("tcp", "localhost:80")
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	mu.Lock()
	defer mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			os.Remove("lock")
			panic(r)
		}
	}()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	select {
	case <-ctx.Done():
		log.Fatal("late")
	case <-ticker.C:
	}
}
