package main

import (
	"fmt"
	"unicode"
)

// printUnicode prints the Rust file with the ranges of letters and digits beyond ASCII.
func printUnicode() {
	fmt.Println("//! Characters of Go identifiers beyond ASCII: ranges of the categories L* and Nd in the version of")
	fmt.Printf("//! Unicode that Go 1.27 has (%s). Written by `tests/oracle_parser unicode`; the lexer searches it.\n", unicode.Version)
	printTable("LETTERS", "Letters (L*), first and last of each range.", unicode.IsLetter)
	printTable("DIGITS", "Decimal digits (Nd), first and last of each range.", unicode.IsDigit)
}

func printTable(name, doc string, in func(rune) bool) {
	fmt.Printf("\n/// %s\n#[rustfmt::skip]\npub(crate) static %s: &[(u32, u32)] = &[\n", doc, name)
	const perLine = 6
	start := rune(-1)
	column := 0
	for r := rune(0x80); r <= unicode.MaxRune+1; r++ {
		switch ok := r <= unicode.MaxRune && in(r); {
		case ok && start < 0:
			start = r
		case !ok && start >= 0:
			separator := " "
			if column == 0 {
				separator = "    "
			}
			fmt.Printf("%s(0x%x, 0x%x),", separator, start, r-1)
			if column++; column == perLine {
				fmt.Println()
				column = 0
			}
			start = -1
		}
	}
	if column != 0 {
		fmt.Println()
	}
	fmt.Println("];")
}
