// Command oracle type-checks packages with go/types and prints what it finds out about them, in
// the form of "gossa types --dump json" (docs/command-line.md describes it).
//
// It reads the output of "gossa list --deps" on standard input, in which every package comes after
// those that it imports, and prints the packages that the file named by -print lists, one a line,
// in the order of the input. Nothing but the listed files is read. Packages that import "C" are
// checked, but not well enough to be printed.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
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
	"sync"
)

type listed struct {
	ImportPath string
	Name       string
	Dir        string
	Standard   bool
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

var (
	printFile = flag.String("print", "", "file with the import paths of the packages to print")
	goarch    = flag.String("goarch", "amd64", "architecture whose sizes are used")
	dir       = flag.String("C", "", "directory that file names are relative to")
	goroot    = flag.String("goroot", "", "root of the Go distribution")
	modcache  = flag.String("modcache", "", "module cache")
)

func main() {
	flag.Parse()
	text, err := os.ReadFile(*printFile)
	if err != nil {
		fail(err)
	}
	wanted := map[string]bool{}
	for path := range strings.SplitSeq(string(text), "\n") {
		wanted[path] = true
	}
	sizes := types.SizesFor("gc", *goarch)
	if sizes == nil {
		fail(fmt.Errorf("unknown architecture %s", *goarch))
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	packages := map[string]*types.Package{}
	fset := token.NewFileSet()
	decoder := json.NewDecoder(bufio.NewReader(os.Stdin))
	for {
		var p listed
		if err := decoder.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			fail(err)
		}
		// The text of "p.test" is in no file.
		if p.ImportPath == "unsafe" || strings.HasSuffix(p.ImportPath, ".test") {
			continue
		}
		printed := wanted[p.ImportPath] && len(p.CgoFiles) == 0
		checkPackage(out, fset, packages, &p, sizes, printed)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "oracle:", err)
	os.Exit(2)
}

func checkPackage(out io.Writer, fset *token.FileSet, packages map[string]*types.Package, p *listed, sizes types.Sizes, printed bool) {
	// Files of tests come last, and are in their package's order of initialization.
	names := append([]string{}, p.GoFiles...)
	if len(p.CgoFiles) > 0 {
		names = append(names, p.CgoFiles...)
		sort.Strings(names)
	}
	files := parse(fset, p.Dir, names)
	version := "go1.27"
	if p.Module != nil {
		// What the go command takes for modules that do not say.
		version = "go" + cmp.Or(p.Module.GoVersion, "1.16")
	}
	config := types.Config{
		Importer:         importer{packages, p.ImportMap},
		FakeImportC:      true,
		GoVersion:        version,
		Sizes:            sizes,
		IgnoreFuncBodies: !printed,
		Error: func(err error) {
			if printed {
				fmt.Fprintln(os.Stderr, p.ImportPath, err)
			}
		},
	}
	var info types.Info
	if printed {
		info = types.Info{
			Types:        map[ast.Expr]types.TypeAndValue{},
			Instances:    map[*ast.Ident]types.Instance{},
			Defs:         map[*ast.Ident]types.Object{},
			Uses:         map[*ast.Ident]types.Object{},
			Implicits:    map[ast.Node]types.Object{},
			Selections:   map[*ast.SelectorExpr]*types.Selection{},
			FileVersions: map[*ast.File]string{},
		}
	}
	// "p [p.test]" is p, compiled with its tests.
	path, _, _ := strings.Cut(p.ImportPath, " ")
	checked, _ := config.Check(path, fset, files, &info)
	packages[p.ImportPath] = checked
	if printed {
		d := dumper{fset: fset, info: &info, pkg: checked}
		d.packageLines(out, files)
	}
}

func parse(fset *token.FileSet, dir string, names []string) []*ast.File {
	files := make([]*ast.File, len(names))
	// Files get their positions in a fixed order, whatever the threads do: one after the other.
	texts := make([][]byte, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() { texts[i], _ = os.ReadFile(filepath.Join(dir, name)) })
	}
	wait.Wait()
	var found []*ast.File
	for i, name := range names {
		file, err := parser.ParseFile(fset, filepath.Join(dir, name), texts[i], parser.SkipObjectResolution)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		if files[i] = file; file != nil {
			found = append(found, file)
		}
	}
	return found
}
