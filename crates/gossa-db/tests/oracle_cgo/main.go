// Command oracle prints what go/types finds out about packages that import "C", given what the
// real cgo made of their preambles with a C compiler.
//
// It reads the output of "go list -json -deps" on standard input, in which every package comes
// after those that it imports, and runs "go tool cgo" where it must. Of each package that uses cgo and is no mere dependency (or
// whose path is an argument) it prints lines of fields separated by tabs:
//
//	package PATH
//	C PLACE NAME MODE TYPE VALUE    an expression C.NAME
//	E PLACE - MODE TYPE VALUE       another expression
//	T NAME UNDERLYING SIZE ALIGN    a type of C
//	error MESSAGE                   what go/types objects to
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
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"unsafe"
)

type listed struct {
	ImportPath  string
	Dir         string
	DepOnly     bool
	GoFiles     []string
	CgoFiles    []string
	CgoCFLAGS   []string
	CgoCPPFLAGS []string
	ImportMap   map[string]string
	Module      *struct{ GoVersion string }
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
	packages := map[string]*types.Package{}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
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
		check(out, packages, p)
	}
}

func check(out *bufio.Writer, packages map[string]*types.Package, p listed) {
	wanted := len(p.CgoFiles) > 0 && (!p.DepOnly || slices.Contains(os.Args[1:], p.ImportPath))
	names := append([]string{}, p.GoFiles...)
	generated := ""
	if len(p.CgoFiles) > 0 {
		dir, err := os.MkdirTemp("", "oracle")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		defer os.RemoveAll(dir)
		if err := cgo(p, dir); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", p.ImportPath, err)
			if wanted {
				fmt.Fprintf(out, "package\t%s\nfailed\t%s\n", p.ImportPath, strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", " | "))
				return
			}
			// Its importers only need what its Go code declares.
			names = append(names, p.CgoFiles...)
		} else {
			generated = filepath.Join(dir, "_cgo_gotypes.go")
			names = append(append(names, p.CgoFiles...), generated)
		}
	}
	sort.Strings(names)
	fset := token.NewFileSet()
	var files []*ast.File
	var source []*ast.File
	for _, name := range names {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.Dir, name)
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		files = append(files, file)
		if name != generated {
			source = append(source, file)
		}
	}
	version := "go1.27"
	if p.Module != nil && p.Module.GoVersion != "" {
		version = "go" + p.Module.GoVersion
	}
	var problems []string
	config := &types.Config{
		Importer:         importer{packages, p.ImportMap},
		GoVersion:        version,
		IgnoreFuncBodies: !wanted,
		Sizes:            types.SizesFor("gc", architecture()),
		Error:            func(err error) { problems = append(problems, err.Error()) },
	}
	config.FakeImportC = generated == "" && len(p.CgoFiles) > 0
	if generated != "" {
		// What gopls and go/packages do to check the files as they are written.
		field := reflect.ValueOf(config).Elem().FieldByName("go115UsesCgo")
		*(*bool)(unsafe.Pointer(field.UnsafeAddr())) = true
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	checked, _ := config.Check(p.ImportPath, fset, files, info)
	packages[p.ImportPath] = checked
	if !wanted {
		return
	}
	fmt.Fprintf(out, "package\t%s\n", p.ImportPath)
	for _, problem := range problems {
		fmt.Fprintf(out, "error\t%s\n", strings.ReplaceAll(problem, "\n", " "))
	}
	dump(out, fset, source, info)
	scope := checked.Scope()
	for _, name := range scope.Names() {
		object, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || !strings.HasPrefix(name, "_Ctype_") {
			continue
		}
		t := object.Type()
		fmt.Fprintf(out, "T\t%s\t%s\t%d\t%d\n", name, types.TypeString(t.Underlying(), nil),
			config.Sizes.Sizeof(t), config.Sizes.Alignof(t))
	}
}

func architecture() string {
	if name := os.Getenv("GOARCH"); name != "" {
		return name
	}
	return "amd64"
}

// cgo lets the real cgo write its Go files of a package to a directory.
func cgo(p listed, dir string) error {
	args := []string{"tool", "cgo", "-objdir", dir, "-importpath", p.ImportPath}
	if p.ImportPath == "runtime/cgo" {
		args = append(args, "-import_runtime_cgo=false", "-import_syscall=false")
	}
	args = append(args, "--", "-I", dir)
	args = append(append(append(args, p.CgoCPPFLAGS...), p.CgoCFLAGS...), p.CgoFiles...)
	command := exec.Command("go", args...)
	command.Dir = p.Dir
	command.Env = append(os.Environ(), "CGO_LDFLAGS=", "PWD="+p.Dir)
	output, err := command.CombinedOutput()
	if err != nil {
		if len(output) > 2000 {
			output = output[:2000]
		}
		return fmt.Errorf("cgo: %w: %s", err, output)
	}
	return nil
}

func dump(out *bufio.Writer, fset *token.FileSet, files []*ast.File, info *types.Info) {
	place := func(n ast.Node) string {
		from := fset.PositionFor(n.Pos(), false)
		to := fset.PositionFor(n.End(), false)
		return fmt.Sprintf("%s:%d:%d-%d:%d", filepath.Base(from.Filename), from.Line, from.Column, to.Line, to.Column)
	}
	// The type of a function literal is no expression of its own in gossa's trees.
	literals := map[ast.Expr]bool{}
	visit := func(n ast.Node) bool {
		if literal, ok := n.(*ast.FuncLit); ok {
			literals[literal.Type] = true
		}
		expr, ok := n.(ast.Expr)
		if !ok || literals[expr] {
			return true
		}
		tv, ok := info.Types[expr]
		if !ok {
			return true
		}
		kind, name := "E", "-"
		if selector, ok := expr.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && x.Name == "C" {
				kind, name = "C", selector.Sel.Name
			}
		}
		value, typ := "", ""
		if tv.Value != nil {
			value = tv.Value.ExactString()
		}
		if !tv.IsBuiltin() {
			typ = types.TypeString(unnamed(tv.Type), nil)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", kind, place(expr), name, mode(tv), typ, value)
		return true
	}
	for _, file := range files {
		ast.Inspect(file, visit)
	}
}

// unnamed drops the names that cgo gives to parameters and results.
func unnamed(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.Tuple:
		return bare(t)
	case *types.Signature:
		cgo := false
		for v := range t.Results().Variables() {
			cgo = cgo || v.Name() == "r1"
		}
		if cgo {
			return types.NewSignatureType(nil, nil, nil, bare(t.Params()), bare(t.Results()), t.Variadic())
		}
	}
	return t
}

func bare(tuple *types.Tuple) *types.Tuple {
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
