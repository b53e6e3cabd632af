// The oracle of the relations between types: checks a Go file with go/types and prints what
// that says of all types in it, and of all pairs of them. The test prints the same from gossa.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"os"
	"strings"
)

// Names that are looked up in every type.
var names = []string{"A", "B", "C", "x", "y", "Error", "String", "M", "N", "m", "P", "Do", "Get", "Embedded", "_"}

var architectures = []string{"386", "amd64", "arm", "arm64", "mips", "riscv64", "wasm"}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, os.Args[1], nil, parser.SkipObjectResolution)
	if err != nil {
		log.Fatal(err)
	}
	conf := types.Config{Importer: onlyUnsafe{}}
	pkg, err := conf.Check("example.com/relations", fset, []*ast.File{file}, nil)
	if err != nil {
		log.Fatal(err)
	}
	var list []types.Type
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		fmt.Fprintf(out, "object %s %s\n", name, types.TypeString(obj.Type(), nil))
		switch obj := obj.(type) {
		case *types.Var:
			list = append(list, obj.Type())
		case *types.TypeName:
			if !generic(obj.Type()) {
				list = append(list, obj.Type())
			}
		case *types.Func:
			for v := range obj.Signature().Params().Variables() {
				list = append(list, v.Type())
			}
		}
	}
	for i, t := range list {
		fmt.Fprintf(out, "type %d %s\n", i, types.TypeString(t, nil))
		fmt.Fprintf(out, "  relative %s\n", types.TypeString(t, types.RelativeTo(pkg)))
		fmt.Fprintf(out, "  underlying %s\n", types.TypeString(t.Underlying(), nil))
		fmt.Fprintf(out, "  comparable %v\n", types.Comparable(t))
		methods := types.NewMethodSet(t)
		for sel := range methods.Methods() {
			path := sel.Index()
			// Method sets count all interface methods as indirect; lookups, below, do not.
			fmt.Fprintf(out, "  method %s %s %v\n", sel.Obj().Name(), signature(sel.Obj()), path[:len(path)-1])
		}
		for _, name := range names {
			for _, addressable := range []bool{false, true} {
				fmt.Fprintf(out, "  lookup %s %v: %s\n", name, addressable, lookup(t, addressable, pkg, name))
			}
		}
		if !parameterized(t) {
			for _, arch := range architectures {
				sizes := types.SizesFor("gc", arch)
				fmt.Fprintf(out, "  sizes %s %d %d", arch, sizes.Sizeof(t), sizes.Alignof(t))
				if s, ok := t.Underlying().(*types.Struct); ok {
					var fields []*types.Var
					for f := range s.Fields() {
						fields = append(fields, f)
					}
					fmt.Fprintf(out, " %v", sizes.Offsetsof(fields))
				}
				fmt.Fprintln(out)
			}
		}
	}
	for i, a := range list {
		var line strings.Builder
		for _, b := range list {
			line.WriteString(pair(a, b))
		}
		fmt.Fprintf(out, "pairs %d %s\n", i, line.String())
	}
}

type onlyUnsafe struct{}

func (onlyUnsafe) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	return nil, fmt.Errorf("no package %s here", path)
}

// pair encodes the relations between two types in two characters.
func pair(a, b types.Type) string {
	bits := 0
	set := func(bit int, ok bool) {
		if ok {
			bits |= 1 << bit
		}
	}
	set(0, types.Identical(a, b))
	set(1, types.AssignableTo(a, b))
	set(2, types.ConvertibleTo(a, b))
	set(3, types.IdenticalIgnoreTags(a, b))
	if iface, ok := b.Underlying().(*types.Interface); ok {
		set(4, types.Implements(a, iface))
		set(5, types.Satisfies(a, iface))
		missing, wrong := types.MissingMethod(a, iface, true)
		set(6, missing != nil)
		set(7, wrong)
	}
	if iface, ok := a.Underlying().(*types.Interface); ok {
		set(6, types.AssertableTo(iface, b))
	}
	return fmt.Sprintf("%02x", bits)
}

func lookup(t types.Type, addressable bool, pkg *types.Package, name string) string {
	obj, index, indirect := types.LookupFieldOrMethod(t, addressable, pkg, name)
	switch obj := obj.(type) {
	case *types.Var:
		return fmt.Sprintf("field %v %v %s", index, indirect, types.TypeString(obj.Type(), nil))
	case *types.Func:
		return fmt.Sprintf("method %v %v %s", index[:len(index)-1], indirect, signature(obj))
	}
	switch {
	case index != nil:
		return "ambiguous"
	case indirect:
		return "pointer receiver"
	}
	return "none"
}

// signature prints a method's signature without its receiver.
func signature(obj types.Object) string {
	return types.TypeString(obj.Type(), nil)
}

func generic(t types.Type) bool {
	switch t := t.(type) {
	case *types.Named:
		return t.TypeParams().Len() > 0 && t.TypeArgs().Len() == 0
	case *types.Alias:
		return t.TypeParams().Len() > 0 && t.TypeArgs().Len() == 0
	}
	return false
}

// parameterized reports whether the size of a type depends on a type parameter.
func parameterized(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Array:
		return parameterized(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if parameterized(f.Type()) {
				return true
			}
		}
	case *types.Named:
		return parameterized(t.Underlying())
	}
	return false
}
