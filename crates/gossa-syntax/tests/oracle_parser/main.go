// Command oracle_parser prints what go/parser makes of Go files in the form that gossa's own
// parser prints (crates/gossa-syntax/src/dump.rs), so that the two can be compared whole.
//
//	oracle_parser hash          a line "HASH PATH" (FNV-1a, 64 bits, hex) for each path on standard
//	                            input; "error PATH" for files that go/parser rejects
//	oracle_parser dump FILE     the whole form of one file
//	oracle_parser unicode       the tables of src/unicode_tables.rs
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"hash/fnv"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"sync"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: oracle_parser hash | dump FILE | unicode")
	}
	switch os.Args[1] {
	case "hash":
		hashAll()
	case "dump":
		out := bufio.NewWriter(os.Stdout)
		if err := dump(os.Args[2], out); err != nil {
			fail(err.Error())
		}
		out.Flush()
	case "unicode":
		printUnicode()
	default:
		fail("unknown command " + os.Args[1])
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "oracle_parser:", message)
	os.Exit(1)
}

// hashAll works on two files at a time and prints in the order of the input.
func hashAll() {
	var paths []string
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		paths = append(paths, lines.Text())
	}
	results := make([]string, len(paths))
	var group sync.WaitGroup
	next := make(chan int)
	for range 2 {
		group.Go(func() {
			for i := range next {
				hash := fnv.New64a()
				out := bufio.NewWriterSize(hash, 1<<16)
				if err := dump(paths[i], out); err != nil {
					results[i] = "error"
					continue
				}
				out.Flush()
				results[i] = fmt.Sprintf("%016x", hash.Sum64())
			}
		})
	}
	for i := range paths {
		next <- i
	}
	close(next)
	group.Wait()
	out := bufio.NewWriter(os.Stdout)
	for i, path := range paths {
		fmt.Fprintln(out, results[i], path)
	}
	out.Flush()
}

// maxIndent is where indentation stops and depths are written out.
const maxIndent = 60

// A printer prints one file.
type printer struct {
	out  *bufio.Writer
	file *token.File
	src  []byte
	buf  []byte
	// Offsets of the tokens that go/ast does not record.
	dots, assigns []int
}

func dump(path string, out *bufio.Writer) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	p := &printer{out: out, file: fset.File(f.Package), src: src}
	p.scan()
	p.printFile(f)
	return nil
}

// scan records where dots and equals signs are.
func (p *printer) scan() {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(p.src))
	var s scanner.Scanner
	s.Init(file, p.src, nil, 0)
	for {
		pos, tok, _ := s.Scan()
		switch tok {
		case token.PERIOD:
			p.dots = append(p.dots, file.Offset(pos))
		case token.ASSIGN:
			p.assigns = append(p.assigns, file.Offset(pos))
		case token.EOF:
			return
		}
	}
}

// before returns the last of the sorted offsets that is less than that of pos.
func (p *printer) before(offsets []int, pos token.Pos) token.Pos {
	i := sort.SearchInts(offsets, p.at(pos))
	return p.file.Pos(offsets[i-1])
}

func (p *printer) at(pos token.Pos) int {
	return p.file.Offset(pos)
}

func (p *printer) printFile(f *ast.File) {
	fmt.Fprintf(p.out, "package %s %d..%d\n", f.Name.Name, p.at(f.Name.Pos()), p.at(f.Name.End()))
	index := make(map[*ast.Comment]int)
	for _, group := range f.Comments {
		for _, c := range group.List {
			index[c] = len(index)
			start := p.at(c.Pos())
			fmt.Fprintf(p.out, "comment %d..%d\n", start, p.commentEnd(start))
		}
	}
	for _, d := range f.Decls {
		var keyword, parenthesized string
		var doc *ast.CommentGroup
		switch d := d.(type) {
		case *ast.FuncDecl:
			keyword, doc = "func", d.Doc
		case *ast.GenDecl:
			keyword, doc = d.Tok.String(), d.Doc
			if d.Lparen.IsValid() {
				parenthesized = " parenthesized"
			}
		}
		fmt.Fprintf(p.out, "%s %d..%d%s", keyword, p.at(d.Pos()), p.at(d.End()), parenthesized)
		if doc != nil {
			fmt.Fprintf(p.out, " doc=%d+%d", index[doc.List[0]], len(doc.List))
		}
		fmt.Fprintln(p.out)
		switch d := d.(type) {
		case *ast.FuncDecl:
			p.fields(1, "receiver", d.Recv)
			p.expr(1, "name", d.Name)
			p.signature(1, "signature", d.Type)
			if d.Body != nil {
				p.stmt(1, "body", d.Body)
			}
		case *ast.GenDecl:
			p.specs(1, d)
		}
	}
}

// commentEnd finds the end of a comment in the source: go/ast computes it from the text, from
// which carriage returns have been removed.
func (p *printer) commentEnd(start int) int {
	rest := p.src[start:]
	if rest[1] == '*' {
		return start + 2 + bytes.Index(rest[2:], []byte("*/")) + 2
	}
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		end = len(rest)
	}
	if rest[end-1] == '\r' {
		end--
	}
	return start + end
}

// line prints one node; pos is its anchor if valid, details are the words after it.
func (p *printer) line(depth int, role, kind string, start, end, anchor token.Pos, details ...string) {
	b := p.buf[:0]
	for range min(depth, maxIndent) {
		b = append(b, "  "...)
	}
	if depth > maxIndent {
		b = strconv.AppendInt(b, int64(depth), 10)
		b = append(b, ' ')
	}
	b = append(b, role...)
	b = append(b, ": "...)
	b = append(b, kind...)
	if start.IsValid() {
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(p.at(start)), 10)
		b = append(b, ".."...)
		b = strconv.AppendInt(b, int64(p.at(end)), 10)
		if anchor.IsValid() {
			b = append(b, " @"...)
			b = strconv.AppendInt(b, int64(p.at(anchor)), 10)
		}
	}
	for _, word := range details {
		if word != "" {
			b = append(b, ' ')
			b = append(b, word...)
		}
	}
	b = append(b, '\n')
	p.out.Write(b)
	p.buf = b
}

func when(condition bool, word string) string {
	if condition {
		return word
	}
	return ""
}

func (p *printer) specs(depth int, d *ast.GenDecl) {
	for i, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.ImportSpec:
			p.line(depth, "spec", "ImportSpec", s.Pos(), s.Path.End(), token.NoPos)
			if s.Name != nil {
				p.expr(depth+1, "name", s.Name)
			}
			p.expr(depth+1, "path", s.Path)
		case *ast.ValueSpec:
			anchor := s.Pos()
			if len(s.Values) > 0 {
				anchor = p.before(p.assigns, s.Values[0].Pos())
			}
			p.line(depth, "spec", "ValueSpec", s.Pos(), s.End(), anchor, "iota="+strconv.Itoa(i))
			for _, name := range s.Names {
				p.expr(depth+1, "name", name)
			}
			p.maybe(depth+1, "type", s.Type)
			p.exprs(depth+1, "value", s.Values)
		case *ast.TypeSpec:
			anchor := s.Pos()
			if s.Assign.IsValid() {
				anchor = s.Assign
			}
			p.line(depth, "spec", "TypeSpec", s.Pos(), s.End(), anchor, when(s.Assign.IsValid(), "alias"))
			p.expr(depth+1, "name", s.Name)
			p.fields(depth+1, "type_param", s.TypeParams)
			p.expr(depth+1, "type", s.Type)
		}
	}
}

func (p *printer) fields(depth int, role string, list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		p.line(depth, role, "Field", token.NoPos, token.NoPos, token.NoPos)
		for _, name := range f.Names {
			p.expr(depth+1, "name", name)
		}
		p.expr(depth+1, "type", f.Type)
		if f.Tag != nil {
			p.expr(depth+1, "tag", f.Tag)
		}
	}
}

func (p *printer) signature(depth int, role string, t *ast.FuncType) {
	p.line(depth, role, "Signature", t.Pos(), t.End(), token.NoPos)
	p.fields(depth+1, "type_param", t.TypeParams)
	p.fields(depth+1, "param", t.Params)
	p.fields(depth+1, "result", t.Results)
}

func isNil(node ast.Node) bool {
	return node == nil || reflect.ValueOf(node).IsNil()
}

func (p *printer) maybe(depth int, role string, x ast.Expr) {
	if !isNil(x) {
		p.expr(depth, role, x)
	}
}

func (p *printer) maybeStmt(depth int, role string, s ast.Stmt) {
	if !isNil(s) {
		p.stmt(depth, role, s)
	}
}

func (p *printer) exprs(depth int, role string, list []ast.Expr) {
	for _, x := range list {
		p.expr(depth, role, x)
	}
}

func (p *printer) stmts(depth int, role string, list []ast.Stmt) {
	for _, s := range list {
		p.stmt(depth, role, s)
	}
}

var literals = map[token.Token]string{
	token.INT: "int", token.FLOAT: "float", token.IMAG: "imaginary", token.CHAR: "rune", token.STRING: "string",
}

var escaper = strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\r", "")

func (p *printer) expr(depth int, role string, x ast.Expr) {
	line := func(kind string, anchor token.Pos, details ...string) {
		p.line(depth, role, kind, x.Pos(), x.End(), anchor, details...)
	}
	none := token.NoPos
	depth1 := depth + 1
	switch x := x.(type) {
	case *ast.Ident:
		line("Ident", none, x.Name)
	case *ast.BasicLit:
		line("BasicLit", none, literals[x.Kind], escaper.Replace(x.Value))
	case *ast.FuncLit:
		line("FuncLit", none)
		p.signature(depth1, "signature", x.Type)
		p.stmt(depth1, "body", x.Body)
	case *ast.CompositeLit:
		line("CompositeLit", x.Lbrace)
		p.maybe(depth1, "type", x.Type)
		p.exprs(depth1, "element", x.Elts)
	case *ast.ParenExpr:
		line("Paren", none)
		p.expr(depth1, "x", x.X)
	case *ast.SelectorExpr:
		line("Selector", p.before(p.dots, x.Sel.Pos()))
		p.expr(depth1, "x", x.X)
		p.expr(depth1, "sel", x.Sel)
	case *ast.IndexExpr:
		line("Index", x.Lbrack)
		p.expr(depth1, "x", x.X)
		p.expr(depth1, "index", x.Index)
	case *ast.IndexListExpr:
		// gossa has one kind of node for any number of indices.
		line("Index", x.Lbrack)
		p.expr(depth1, "x", x.X)
		p.exprs(depth1, "index", x.Indices)
	case *ast.SliceExpr:
		line("Slice", x.Lbrack, when(x.Slice3, "three"))
		p.expr(depth1, "x", x.X)
		p.maybe(depth1, "low", x.Low)
		p.maybe(depth1, "high", x.High)
		p.maybe(depth1, "max", x.Max)
	case *ast.TypeAssertExpr:
		line("TypeAssert", p.before(p.dots, x.Lparen))
		p.expr(depth1, "x", x.X)
		p.maybe(depth1, "type", x.Type)
	case *ast.CallExpr:
		line("Call", x.Lparen, when(x.Ellipsis.IsValid(), "spread"))
		p.expr(depth1, "fun", x.Fun)
		p.exprs(depth1, "arg", x.Args)
	case *ast.StarExpr:
		line("Star", none)
		p.expr(depth1, "x", x.X)
	case *ast.UnaryExpr:
		line("Unary", none, x.Op.String())
		p.expr(depth1, "x", x.X)
	case *ast.BinaryExpr:
		line("Binary", x.OpPos, x.Op.String())
		p.expr(depth1, "x", x.X)
		p.expr(depth1, "y", x.Y)
	case *ast.KeyValueExpr:
		line("KeyValue", x.Colon)
		p.expr(depth1, "key", x.Key)
		p.expr(depth1, "value", x.Value)
	case *ast.ArrayType:
		line("ArrayType", none)
		p.maybe(depth1, "len", x.Len)
		p.expr(depth1, "elem", x.Elt)
	case *ast.Ellipsis:
		line("Ellipsis", none)
		p.maybe(depth1, "elem", x.Elt)
	case *ast.StructType:
		line("StructType", x.Fields.Opening)
		p.fields(depth1, "field", x.Fields)
	case *ast.FuncType:
		line("FuncType", none)
		p.signature(depth1, "signature", x)
	case *ast.InterfaceType:
		line("InterfaceType", x.Methods.Opening)
		p.fields(depth1, "field", x.Methods)
	case *ast.MapType:
		line("MapType", none)
		p.expr(depth1, "key", x.Key)
		p.expr(depth1, "value", x.Value)
	case *ast.ChanType:
		anchor, dir := x.Pos(), "both"
		switch x.Dir {
		case ast.SEND:
			anchor, dir = x.Arrow, "send"
		case ast.RECV:
			anchor, dir = x.Arrow, "receive"
		}
		line("ChanType", anchor, dir)
		p.expr(depth1, "elem", x.Value)
	default:
		panic(fmt.Sprintf("unexpected %T", x))
	}
}

func (p *printer) stmt(depth int, role string, s ast.Stmt) {
	line := func(kind string, anchor token.Pos, details ...string) {
		p.line(depth, role, kind, s.Pos(), s.End(), anchor, details...)
	}
	none := token.NoPos
	depth1 := depth + 1
	switch s := s.(type) {
	case *ast.EmptyStmt:
		line("Empty", none, when(s.Implicit, "implicit"))
	case *ast.ExprStmt:
		line("ExprStmt", none)
		p.expr(depth1, "x", s.X)
	case *ast.SendStmt:
		line("Send", s.Arrow)
		p.expr(depth1, "chan", s.Chan)
		p.expr(depth1, "value", s.Value)
	case *ast.IncDecStmt:
		line("IncDec", s.TokPos, s.Tok.String())
		p.expr(depth1, "x", s.X)
	case *ast.AssignStmt:
		line("Assign", s.TokPos, s.Tok.String())
		p.exprs(depth1, "lhs", s.Lhs)
		p.exprs(depth1, "rhs", s.Rhs)
	case *ast.GoStmt:
		line("Go", none)
		p.expr(depth1, "call", s.Call)
	case *ast.DeferStmt:
		line("Defer", none)
		p.expr(depth1, "call", s.Call)
	case *ast.ReturnStmt:
		line("Return", none)
		p.exprs(depth1, "result", s.Results)
	case *ast.BranchStmt:
		line("Branch", none, s.Tok.String())
		p.maybe(depth1, "label", s.Label)
	case *ast.BlockStmt:
		line("Block", none)
		p.stmts(depth1, "stmt", s.List)
	case *ast.IfStmt:
		line("If", none)
		p.maybeStmt(depth1, "init", s.Init)
		p.expr(depth1, "cond", s.Cond)
		p.stmt(depth1, "then", s.Body)
		p.maybeStmt(depth1, "else", s.Else)
	case *ast.SwitchStmt:
		line("Switch", s.Body.Lbrace)
		p.maybeStmt(depth1, "init", s.Init)
		p.maybe(depth1, "tag", s.Tag)
		p.stmts(depth1, "case", s.Body.List)
	case *ast.TypeSwitchStmt:
		line("TypeSwitch", s.Body.Lbrace)
		p.maybeStmt(depth1, "init", s.Init)
		p.stmt(depth1, "guard", s.Assign)
		p.stmts(depth1, "case", s.Body.List)
	case *ast.CaseClause:
		line("Case", s.Colon, when(s.List == nil, "default"))
		p.exprs(depth1, "expr", s.List)
		p.stmts(depth1, "stmt", s.Body)
	case *ast.SelectStmt:
		line("Select", s.Body.Lbrace)
		p.stmts(depth1, "case", s.Body.List)
	case *ast.CommClause:
		line("Comm", s.Colon, when(s.Comm == nil, "default"))
		p.maybeStmt(depth1, "comm", s.Comm)
		p.stmts(depth1, "stmt", s.Body)
	case *ast.ForStmt:
		line("For", none)
		p.maybeStmt(depth1, "init", s.Init)
		p.maybe(depth1, "cond", s.Cond)
		p.maybeStmt(depth1, "post", s.Post)
		p.stmt(depth1, "body", s.Body)
	case *ast.RangeStmt:
		binding := "none"
		if s.Key != nil {
			binding = s.Tok.String()
		}
		line("Range", s.Range, binding)
		p.maybe(depth1, "key", s.Key)
		p.maybe(depth1, "value", s.Value)
		p.expr(depth1, "x", s.X)
		p.stmt(depth1, "body", s.Body)
	case *ast.LabeledStmt:
		line("Labeled", s.Colon)
		p.expr(depth1, "label", s.Label)
		p.stmt(depth1, "stmt", s.Stmt)
	case *ast.DeclStmt:
		d := s.Decl.(*ast.GenDecl)
		line("DeclStmt", none, d.Tok.String())
		p.specs(depth1, d)
	default:
		panic(fmt.Sprintf("unexpected %T", s))
	}
}
