package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	gotypes "go/types"
	"os"
	"runtime"
	"sync"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// input is what to load.
type input struct {
	dir      string
	cgo      bool
	patterns []string
}

func (in input) config(mode packages.LoadMode) *packages.Config {
	cgo := "CGO_ENABLED=0"
	if in.cgo {
		cgo = "CGO_ENABLED=1"
	}
	return &packages.Config{Mode: mode, Dir: in.dir, Env: append(os.Environ(), cgo)}
}

// graphMode asks for the package graph as data, without syntax: what `go list -deps` knows.
const graphMode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
	packages.NeedImports | packages.NeedDeps | packages.NeedModule

// all returns the packages that roots reach, dependencies first.
func all(roots []*packages.Package) []*packages.Package {
	var found []*packages.Package
	packages.Visit(roots, nil, func(p *packages.Package) { found = append(found, p) })
	return found
}

// count books the size of the packages, by their files on disk; run it outside any stage.
func count(result *Result, found []*packages.Package) error {
	result.Packages = len(found)
	for _, p := range found {
		for _, name := range p.CompiledGoFiles {
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			result.Files++
			result.Bytes += int64(len(text))
			result.Lines += int64(bytes.Count(text, []byte{'\n'}))
		}
		for _, e := range p.Errors {
			result.fail(p.PkgPath + ": " + e.Error())
		}
	}
	return nil
}

// list measures finding the package graph.
func list(result *Result, in input) error {
	var roots []*packages.Package
	var err error
	result.stage("load", func() { roots, err = packages.Load(in.config(graphMode), in.patterns...) })
	if err != nil {
		return err
	}
	if result.PeakRSSKB, err = peakRSS(); err != nil {
		return err
	}
	return count(result, all(roots))
}

// unit is a package that waits for its dependencies.
type unit struct {
	*packages.Package
	files      []*ast.File
	types      *gotypes.Package
	done       chan struct{}
	importedBy map[string]*unit
}

// Import implements the importer over the units that are done.
func (u *unit) Import(path string) (*gotypes.Package, error) {
	if path == "unsafe" {
		return gotypes.Unsafe, nil
	}
	dependency := u.importedBy[path]
	if dependency == nil || dependency.types == nil {
		return nil, fmt.Errorf("%s imports %s, which is not there", u.PkgPath, path)
	}
	return dependency.types, nil
}

// types measures go/types alone: the graph, parsing, and checking are stages of their own.
func types(result *Result, in input) error {
	var roots []*packages.Package
	var err error
	result.stage("load", func() { roots, err = packages.Load(in.config(graphMode), in.patterns...) })
	if err != nil {
		return err
	}
	found := all(roots)
	units := make([]*unit, len(found))
	byPackage := map[*packages.Package]*unit{}
	for i, p := range found {
		units[i] = &unit{Package: p, done: make(chan struct{}), importedBy: map[string]*unit{}}
		byPackage[p] = units[i]
		for path, dependency := range p.Imports {
			units[i].importedBy[path] = byPackage[dependency]
		}
	}
	fset := token.NewFileSet()
	var mu sync.Mutex
	fail := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		result.fail(err.Error())
	}
	result.stage("parse", func() {
		parallel(len(units), func(i int) {
			for _, name := range units[i].CompiledGoFiles {
				mode := parser.ParseComments | parser.SkipObjectResolution
				file, err := parser.ParseFile(fset, name, nil, mode)
				if err != nil {
					fail(err)
				}
				if file != nil {
					units[i].files = append(units[i].files, file)
				}
			}
		})
	})
	result.stage("types", func() {
		// A worker takes units in dependency order, so whatever it waits for is being checked by
		// another worker or done.
		parallel(len(units), func(i int) {
			u := units[i]
			defer close(u.done)
			if u.PkgPath == "unsafe" {
				u.types = gotypes.Unsafe
				return
			}
			for _, dependency := range u.importedBy {
				<-dependency.done
			}
			config := gotypes.Config{
				Importer: u,
				Sizes:    gotypes.SizesFor("gc", runtime.GOARCH),
				Error:    fail,
			}
			if u.Module != nil && u.Module.GoVersion != "" {
				config.GoVersion = "go" + u.Module.GoVersion
			}
			info := &gotypes.Info{
				Types:        map[ast.Expr]gotypes.TypeAndValue{},
				Defs:         map[*ast.Ident]gotypes.Object{},
				Uses:         map[*ast.Ident]gotypes.Object{},
				Implicits:    map[ast.Node]gotypes.Object{},
				Instances:    map[*ast.Ident]gotypes.Instance{},
				Scopes:       map[ast.Node]*gotypes.Scope{},
				Selections:   map[*ast.SelectorExpr]*gotypes.Selection{},
				FileVersions: map[*ast.File]string{},
			}
			u.types, _ = config.Check(u.PkgPath, fset, u.files, info)
			// As a tool does that is finished with a package.
			u.files = nil
		})
	})
	if result.PeakRSSKB, err = peakRSS(); err != nil {
		return err
	}
	return count(result, found)
}

// load measures go/packages with syntax and types of everything.
func load(result *Result, in input) error {
	var roots []*packages.Package
	var err error
	//lint:ignore SA1019 this is the mode that tools over whole programs use
	mode := packages.LoadAllSyntax
	result.stage("load+types", func() { roots, err = packages.Load(in.config(mode), in.patterns...) })
	if err != nil {
		return err
	}
	if result.PeakRSSKB, err = peakRSS(); err != nil {
		return err
	}
	return count(result, all(roots))
}

// buildSSA measures the whole road to go/ssa: every function of every package.
func buildSSA(result *Result, in input) error {
	var roots []*packages.Package
	var err error
	//lint:ignore SA1019 this is the mode that tools over whole programs use
	mode := packages.LoadAllSyntax
	result.stage("load+types", func() { roots, err = packages.Load(in.config(mode), in.patterns...) })
	if err != nil {
		return err
	}
	before := heap()
	var program *ssa.Program
	result.stage("ssa", func() {
		program, _ = ssautil.AllPackages(roots, ssa.InstantiateGenerics)
		program.Build()
	})
	if result.PeakRSSKB, err = peakRSS(); err != nil {
		return err
	}
	result.SSABytes = heap() - before
	for function := range ssautil.AllFunctions(program) {
		if len(function.Blocks) == 0 {
			continue
		}
		result.Functions++
		for _, block := range function.Blocks {
			result.Instructions += len(block.Instrs)
		}
	}
	return count(result, all(roots))
}

// heap returns the bytes of the objects on the heap that are reachable.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
