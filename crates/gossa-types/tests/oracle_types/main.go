// Command oracle type-checks packages with go/types and prints what it records for every
// expression: place, mode, type, constant value, separated by tabs.
//
// It reads the output of "go list -json -deps" on standard input, in which every package comes
// after those that it imports. The argument lists the import paths, separated by commas, that are
// printed. Times go to standard error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	CgoFiles   []string
	ImportMap  map[string]string
	Module     *struct{ GoVersion string }
}

type importer struct {
	packages map[string]*types.Package
	mapping  map[string]string
}

func (imp importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if mapped := imp.mapping[path]; mapped != "" {
		path = mapped
	}
	if found := imp.packages[path]; found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("%s was not listed", path)
}

func main() {
	wanted := map[string]bool{}
	for _, arg := range os.Args[1:] {
		for _, path := range strings.Split(arg, ",") {
			wanted[path] = true
		}
	}
	packages := map[string]*types.Package{}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var parsing, checking time.Duration
	lines := 0
	decoder := json.NewDecoder(os.Stdin)
	for {
		var p listed
		if err := decoder.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if p.ImportPath == "unsafe" {
			continue
		}
		start := time.Now()
		fset := token.NewFileSet()
		var files []*ast.File
		names := append(append([]string{}, p.GoFiles...), p.CgoFiles...)
		sort.Strings(names)
		for _, name := range names {
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				continue
			}
			lines += fset.File(file.FileStart).LineCount()
			files = append(files, file)
		}
		parsing += time.Since(start)
		version := "go1.27"
		if p.Module != nil && p.Module.GoVersion != "" {
			version = "go" + p.Module.GoVersion
		}
		config := types.Config{
			Importer:    importer{packages, p.ImportMap},
			FakeImportC: true,
			GoVersion:   version,
			Sizes:       types.SizesFor("gc", "amd64"),
			Error:       func(err error) { fmt.Fprintln(os.Stderr, p.ImportPath, err) },
		}
		// What a client such as go/ssa asks for.
		info := &types.Info{
			Types:      map[ast.Expr]types.TypeAndValue{},
			Instances:  map[*ast.Ident]types.Instance{},
			Defs:       map[*ast.Ident]types.Object{},
			Uses:       map[*ast.Ident]types.Object{},
			Implicits:  map[ast.Node]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
		}
		start = time.Now()
		checked, _ := config.Check(p.ImportPath, fset, files, info)
		checking += time.Since(start)
		packages[p.ImportPath] = checked
		if wanted[p.ImportPath] {
			dump(out, fset, files, info)
		}
	}
	fmt.Fprintf(os.Stderr, "%d lines; parse %.2fs, check %.2fs; %.0f lines/s checked\n",
		lines, parsing.Seconds(), checking.Seconds(), float64(lines)/checking.Seconds())
}

func dump(out *bufio.Writer, fset *token.FileSet, files []*ast.File, info *types.Info) {
	place := func(n ast.Node) string {
		from := fset.PositionFor(n.Pos(), false)
		to := fset.PositionFor(n.End(), false)
		return fmt.Sprintf("%s:%d:%d-%d:%d", filepath.Base(from.Filename), from.Line, from.Column, to.Line, to.Column)
	}
	// Only expressions of the source, not those that go/types makes up ("x++" adds a literal 1).
	// The type of a function literal is no expression of its own in gossa's trees.
	literals := map[ast.Expr]bool{}
	visit := func(n ast.Node) bool {
		if literal, ok := n.(*ast.FuncLit); ok {
			literals[literal.Type] = true
		}
		if expr, ok := n.(ast.Expr); ok && !literals[expr] {
			if tv, ok := info.Types[expr]; ok {
				value, typ := "", ""
				if tv.Value != nil {
					value = tv.Value.ExactString()
				}
				if !tv.IsBuiltin() {
					typ = types.TypeString(unnamed(tv.Type), nil)
				}
				fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", place(expr), mode(tv), typ, value)
			}
		}
		if ident, ok := n.(*ast.Ident); ok {
			if inst, ok := info.Instances[ident]; ok {
				var args []string
				for i := range inst.TypeArgs.Len() {
					args = append(args, types.TypeString(inst.TypeArgs.At(i), nil))
				}
				fmt.Fprintf(out, "%s\tinstance\t[%s]\t\n", place(ident), strings.Join(args, ","))
			}
		}
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if selection, ok := info.Selections[selector]; ok {
				kind := [...]string{"field", "method", "methodexpr"}[selection.Kind()]
				path := selection.Index()
				if kind != "field" {
					// The last is the method's index, which depends on the order of declaration.
					path = path[:len(path)-1]
				}
				fmt.Fprintf(out, "%s\tselection\t%s %s\t%s %v %v\n", place(selector), kind,
					types.TypeString(selection.Recv(), nil), selection.Obj().Name(), path, selection.Indirect())
			}
		}
		return true
	}
	for _, file := range files {
		ast.Inspect(file, visit)
	}
}

// unnamed drops the names of results: a tuple of gossa has none.
func unnamed(t types.Type) types.Type {
	tuple, ok := t.(*types.Tuple)
	if !ok {
		return t
	}
	var vars []*types.Var
	for v := range tuple.Variables() {
		vars = append(vars, types.NewVar(token.NoPos, nil, "", v.Type()))
	}
	return types.NewTuple(vars...)
}

func mode(tv types.TypeAndValue) string {
	switch {
	case tv.Value != nil:
		return "constant"
	case tv.IsType():
		return "type"
	case tv.IsBuiltin():
		return "builtin"
	case tv.IsVoid():
		return "novalue"
	case tv.IsNil():
		return "nil"
	case tv.Addressable():
		return "variable"
	case tv.Assignable():
		return "mapindex"
	case tv.HasOk():
		return "commaok"
	}
	return "value"
}
