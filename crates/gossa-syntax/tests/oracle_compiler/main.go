// Command oracle_compiler prints the syntax errors that the Go compiler's own parser reports.
//
// It reads paths from standard input and prints for each a line "file PATH" and then its errors
// as "LINE:COLUMN: MESSAGE" in source order. Of those of one line that say "syntax error" it prints
// the first reported, as the compiler does, and at most ten of any sort. The package syntax is the compiler's: the test suite copies it beside this file from the Go distribution, whose
// own packages alone may import it otherwise.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strings"

	"oracle_compiler/syntax"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		fmt.Fprintln(out, "file", in.Text())
		for _, e := range check(in.Text()) {
			message := strings.NewReplacer("\\", "\\\\", "\n", "\\n").Replace(e.Msg)
			fmt.Fprintf(out, "%d:%d: %s\n", e.Pos.Line(), e.Pos.Col(), message)
		}
	}
}

func check(path string) []syntax.Error {
	var errors []syntax.Error
	count := make(map[uint]int)
	syntaxErrors := make(map[uint]bool)
	printed := make(map[string]bool)
	handler := func(err error) {
		e, ok := err.(syntax.Error)
		if !ok {
			fmt.Fprintln(os.Stderr, "oracle_compiler:", err)
			os.Exit(1)
		}
		line := e.Pos.Line()
		if strings.HasPrefix(e.Msg, "syntax error") {
			if syntaxErrors[line] {
				return
			}
			syntaxErrors[line] = true
		}
		if key := e.Error(); count[line] < 10 && !printed[key] {
			printed[key] = true
			count[line]++
			errors = append(errors, e)
		}
	}
	syntax.ParseFile(path, handler, nil, 0)
	sort.SliceStable(errors, func(i, j int) bool { return errors[i].Pos.Cmp(errors[j].Pos) < 0 })
	return errors
}
