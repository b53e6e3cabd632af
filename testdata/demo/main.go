// A program that prints the size of its terminal: the demonstration in the README analyses it
// together with the library that it uses.
package main

import (
	"fmt"
	"os"

	"github.com/creack/pty"
)

func main() {
	rows, columns, err := pty.Getsize(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(rows, columns)
}
