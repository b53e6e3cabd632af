// Oracle_constant answers questions about constants with the packages of the
// Go distribution. It reads one command a line, fields separated by tabs, and
// writes one line of answer each. Commands that make a value append it to a
// list; later commands name values by their index. A value that cannot be made
// is appended as unknown.
//
//	reset                      empties the list
//	literal KIND HEX           a literal (scanned first; int, float, ...)
//	raw KIND HEX               a literal that the scanner does not see
//	float64 BITS               a value from the bits of a float64
//	unary OP A BITS            OP A, BITS the size of an unsigned type or 0
//	binary A OP B              A OP B; "//" is the division of integers
//	shift A OP N               A OP N
//	toint A, tofloat A, tocomplex A, real A, imag A
//	compare A OP B             true or false
//	numbers A                  sign, bit length, int64, uint64, float32, float64
//	eval HEX                   the value of a Go expression, as go/types sees it
//	printable                  the ranges of printable characters above ASCII
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"go/constant"
	"go/scanner"
	"go/token"
	"go/types"
	"math"
	"os"
	"strconv"
	"strings"
)

var values []constant.Value

var literalTokens = map[string]token.Token{
	"int": token.INT, "float": token.FLOAT, "imaginary": token.IMAG,
	"rune": token.CHAR, "string": token.STRING,
}

var operators = map[string]token.Token{
	"+": token.ADD, "-": token.SUB, "*": token.MUL, "/": token.QUO, "//": token.QUO_ASSIGN,
	"%": token.REM, "&": token.AND, "|": token.OR, "^": token.XOR, "&^": token.AND_NOT,
	"&&": token.LAND, "||": token.LOR, "!": token.NOT, "<<": token.SHL, ">>": token.SHR,
	"==": token.EQL, "!=": token.NEQ, "<": token.LSS, "<=": token.LEQ, ">": token.GTR,
	">=": token.GEQ,
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		fmt.Fprintln(out, answer(strings.Split(in.Text(), "\t")))
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func describe(v constant.Value) string {
	return fmt.Sprintf("%s\t%s\t%s", v.Kind(), v.String(), v.ExactString())
}

func made(v constant.Value) string {
	values = append(values, v)
	return describe(v)
}

// answer turns a panic of go/constant into the answer "panic".
func answer(f []string) (result string) {
	before := len(values)
	defer func() {
		if err := recover(); err != nil {
			result = "panic"
			if f[0] != "compare" && f[0] != "numbers" && len(values) == before {
				values = append(values, constant.MakeUnknown())
			}
		}
	}()
	switch f[0] {
	case "reset":
		values = values[:0]
		return "ok"
	case "literal":
		text := unhex(f[2])
		if !scans(text, literalTokens[f[1]]) {
			values = append(values, constant.MakeUnknown())
			return "invalid"
		}
		return made(constant.MakeFromLiteral(text, literalTokens[f[1]], 0))
	case "raw":
		return made(constant.MakeFromLiteral(unhex(f[2]), literalTokens[f[1]], 0))
	case "float64":
		bits, err := strconv.ParseUint(f[1], 16, 64)
		check(err)
		return made(constant.MakeFloat64(math.Float64frombits(bits)))
	case "unary":
		return made(constant.UnaryOp(operators[f[1]], value(f[2]), uint(number(f[3]))))
	case "binary":
		return made(constant.BinaryOp(value(f[1]), operators[f[2]], value(f[3])))
	case "shift":
		return made(constant.Shift(value(f[1]), operators[f[2]], uint(number(f[3]))))
	case "toint":
		return made(constant.ToInt(value(f[1])))
	case "tofloat":
		return made(constant.ToFloat(value(f[1])))
	case "tocomplex":
		return made(constant.ToComplex(value(f[1])))
	case "real":
		return made(constant.Real(value(f[1])))
	case "imag":
		return made(constant.Imag(value(f[1])))
	case "compare":
		return fmt.Sprint(constant.Compare(value(f[1]), operators[f[2]], value(f[3])))
	case "numbers":
		return numbers(value(f[1]))
	case "eval":
		tv, err := types.Eval(token.NewFileSet(), nil, token.NoPos, unhex(f[1]))
		if err != nil || tv.Value == nil {
			return "error"
		}
		return describe(tv.Value)
	case "printable":
		return printable()
	}
	fmt.Fprintln(os.Stderr, "unknown command", f)
	os.Exit(1)
	return ""
}

func numbers(v constant.Value) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", constant.Sign(v))
	if v.Kind() == constant.Int {
		i, exact := constant.Int64Val(v)
		if !exact {
			i = 0
		}
		u, uexact := constant.Uint64Val(v)
		if !uexact {
			u = 0
		}
		fmt.Fprintf(&b, " %d %d %t %d %t", constant.BitLen(v), i, exact, u, uexact)
	}
	if k := v.Kind(); k == constant.Int || k == constant.Float {
		f, fexact := constant.Float32Val(v)
		d, dexact := constant.Float64Val(v)
		// Some numbers that underflow to zero pass for exact.
		fexact = fexact && (f != 0 || constant.Sign(v) == 0)
		dexact = dexact && (d != 0 || constant.Sign(v) == 0)
		fmt.Fprintf(&b, " %08x %t %016x %t", math.Float32bits(f), fexact, math.Float64bits(d), dexact)
	}
	return b.String()
}

func printable() string {
	var b strings.Builder
	for c := rune(0x80); c <= 0x10ffff; c++ {
		if strconv.IsPrint(c) {
			fmt.Fprintf(&b, "%x ", c)
		}
	}
	return b.String()
}

// scans reports whether text is one literal of the given kind.
func scans(text string, kind token.Token) bool {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	_, tok, lit := s.Scan()
	if tok != kind || s.ErrorCount > 0 {
		return false
	}
	if tok != token.STRING && lit != text {
		return false
	}
	_, tok, lit = s.Scan()
	if tok == token.SEMICOLON && lit == "\n" {
		_, tok, _ = s.Scan()
	}
	return tok == token.EOF && s.ErrorCount == 0 && text == strings.TrimSpace(text)
}

func value(index string) constant.Value { return values[number(index)] }

func number(s string) int {
	n, err := strconv.Atoi(s)
	check(err)
	return n
}

func unhex(s string) string {
	b, err := hex.DecodeString(s)
	check(err)
	return string(b)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
