package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	gotypes "go/types"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/cha"
	"golang.org/x/tools/go/callgraph/rta"
	"golang.org/x/tools/go/callgraph/static"
	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// Graph is what is printed of a call graph. Functions are named so that another program finds the
// same names: by where they are declared, and the types that they are instantiated with.
type Graph struct {
	Algorithm string `json:"algorithm"`
	// Of wall and processor time: with the graphs that it starts from, and without.
	Seconds    float64 `json:"seconds"`
	CPU        float64 `json:"cpu"`
	OwnSeconds float64 `json:"own_seconds"`
	OwnCPU     float64 `json:"own_cpu"`
	// Edges from functions that are reachable from the roots, those of wrappers included: one for
	// each call and callee, of static calls and of all others.
	Static  int `json:"static"`
	Dynamic int `json:"dynamic"`
	// Calls that are not static and have callees, of those.
	Sites int `json:"sites"`
	// Functions that are reachable from the roots, wrappers included.
	Reachable int `json:"reachable"`
	// Names of functions, and pairs of them that call: caller, callee, 1 if it is only by dynamic
	// calls. Wrappers are left out: who calls one calls what it calls.
	Functions []string `json:"functions"`
	Calls     [][3]int `json:"calls"`
}

type cost struct{ seconds, cpu float64 }

// callGraphs prints a JSON object a line, one an algorithm.
func callGraphs(in input, algorithms string) error {
	//lint:ignore SA1019 this is the mode that tools over whole programs use
	loaded, err := packages.Load(in.config(packages.LoadAllSyntax), in.patterns...)
	if err != nil {
		return err
	}
	if n := packages.PrintErrors(loaded); n > 0 {
		return fmt.Errorf("%d errors in packages", n)
	}
	program, _ := ssautil.AllPackages(loaded, ssa.InstantiateGenerics)
	program.Build()
	var roots []*ssa.Function
	for _, main := range ssautil.MainPackages(program.AllPackages()) {
		// A main package that others of the program import is none of the roots.
		if slices.ContainsFunc(loaded, func(p *packages.Package) bool { return p.Types == main.Pkg }) {
			roots = append(roots, main.Func("init"), main.Func("main"))
		}
	}
	if len(roots) == 0 {
		return fmt.Errorf("the patterns name no main package")
	}
	wanted := strings.Split(algorithms, ",")
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	names := namer{program: program}
	print := func(name string, before, own cost, graph *callgraph.Graph) error {
		if !slices.Contains(wanted, name) {
			return nil
		}
		printed := names.graph(roots, graph)
		printed.Algorithm = name
		printed.Seconds, printed.CPU = before.seconds+own.seconds, before.cpu+own.cpu
		printed.OwnSeconds, printed.OwnCPU = own.seconds, own.cpu
		return encoder.Encode(printed)
	}
	// What one algorithm leaves behind is no load for the next.
	measured := func(work func() *callgraph.Graph) (cost, *callgraph.Graph) {
		runtime.GC()
		result := Result{Seconds: map[string]float64{}}
		var graph *callgraph.Graph
		result.stage("graph", func() { graph = work() })
		return cost{result.Total, result.CPU}, graph
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(wanted, name) })
	}
	if has("static") {
		own, graph := measured(func() *callgraph.Graph { return static.CallGraph(program) })
		if err := print("static", cost{}, own, graph); err != nil {
			return err
		}
	}
	if has("cha") {
		own, graph := measured(func() *callgraph.Graph { return cha.CallGraph(program) })
		if err := print("cha", cost{}, own, graph); err != nil {
			return err
		}
	}
	if has("rta", "vta", "vta2") {
		functions := map[*ssa.Function]bool{}
		spent, graph := measured(func() *callgraph.Graph {
			result := rta.Analyze(roots, true)
			for function := range result.Reachable {
				functions[function] = true
			}
			return result.CallGraph
		})
		if err := print("rta", cost{}, spent, graph); err != nil {
			return err
		}
		// Variable type analysis takes a graph to begin with: its own result, the second time.
		for _, name := range []string{"vta", "vta2"} {
			if !has("vta2") && (name == "vta2" || !has("vta")) {
				break
			}
			initial := graph
			var own cost
			own, graph = measured(func() *callgraph.Graph { return vta.CallGraph(functions, initial) })
			if err := print(name, spent, own, graph); err != nil {
				return err
			}
			spent.seconds, spent.cpu = spent.seconds+own.seconds, spent.cpu+own.cpu
			functions = reachableFrom(roots, graph)
		}
	}
	return out.Flush()
}

// reachableFrom returns the functions that a graph reaches from roots.
func reachableFrom(roots []*ssa.Function, graph *callgraph.Graph) map[*ssa.Function]bool {
	found := map[*ssa.Function]bool{}
	var stack []*callgraph.Node
	add := func(node *callgraph.Node) {
		if node != nil && node.Func != nil && !found[node.Func] {
			found[node.Func] = true
			stack = append(stack, node)
		}
	}
	for _, root := range roots {
		add(graph.Nodes[root])
	}
	for len(stack) > 0 {
		node := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, edge := range node.Out {
			add(edge.Callee)
		}
	}
	return found
}

// isWrapper reports whether go/ssa made a function that no source has. Instances and package
// initialisers have sources.
func isWrapper(function *ssa.Function) bool {
	for _, prefix := range []string{"wrapper ", "bound ", "thunk ", "instantiation "} {
		if strings.HasPrefix(function.Synthetic, prefix) {
			return true
		}
	}
	return false
}

type namer struct {
	program *ssa.Program
	names   map[*ssa.Function]string
}

// name returns a function's name: package initialisers by package, others by file, line and column
// of what declares them, with type arguments.
func (n *namer) name(function *ssa.Function) string {
	if n.names == nil {
		n.names = map[*ssa.Function]string{}
	}
	if name, ok := n.names[function]; ok {
		return name
	}
	var name string
	switch {
	case function.Synthetic == "package initializer":
		name = "init " + function.Pkg.Pkg.Path()
	default:
		declared := function.Pos()
		if loop, ok := function.Syntax().(*ast.RangeStmt); ok {
			declared = loop.For
		}
		// Without what //line directives say.
		at := n.program.Fset.PositionFor(declared, false)
		name = fmt.Sprintf("%s:%d:%d", filepath.ToSlash(at.Filename), at.Line, at.Column)
		if !function.Pos().IsValid() {
			name = "nowhere " + function.String()
		}
		root := function
		for root.Parent() != nil {
			root = root.Parent()
		}
		if args := root.TypeArgs(); len(args) > 0 {
			var texts []string
			for _, arg := range args {
				texts = append(texts, gotypes.TypeString(unalias(arg), nil))
			}
			name += "[" + strings.ReplaceAll(strings.Join(texts, ", "), "interface{}", "any") + "]"
		}
	}
	n.names[function] = name
	return name
}

// graph counts a graph and leaves its wrappers out.
func (n *namer) graph(roots []*ssa.Function, graph *callgraph.Graph) *Graph {
	reachable := reachableFrom(roots, graph)
	result := &Graph{Reachable: len(reachable), Functions: []string{}, Calls: [][3]int{}}
	numbers := map[string]int{}
	number := func(function *ssa.Function) int {
		name := n.name(function)
		known, ok := numbers[name]
		if !ok {
			known = len(result.Functions)
			numbers[name] = known
			result.Functions = append(result.Functions, name)
		}
		return known
	}
	dynamic := map[[2]int]bool{}
	type target struct {
		function *ssa.Function
		dynamic  bool
	}
	for function := range reachable {
		node := graph.Nodes[function]
		sites := map[ssa.CallInstruction]bool{}
		for _, edge := range node.Out {
			if isStatic(edge) {
				result.Static++
			} else {
				result.Dynamic++
				sites[edge.Site] = true
			}
		}
		result.Sites += len(sites)
		if isWrapper(function) {
			continue
		}
		caller := number(function)
		seen := map[target]bool{}
		stack := []target{}
		push := func(edges []*callgraph.Edge, through bool) {
			for _, edge := range edges {
				next := target{edge.Callee.Func, through || !isStatic(edge)}
				if edge.Callee.Func != nil && !seen[next] {
					seen[next] = true
					stack = append(stack, next)
				}
			}
		}
		push(node.Out, false)
		for len(stack) > 0 {
			next := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if isWrapper(next.function) {
				push(graph.Nodes[next.function].Out, next.dynamic)
				continue
			}
			if next.function.Pkg != nil && next.function.Pkg.Pkg == gotypes.Unsafe {
				// There is nothing to initialise.
				continue
			}
			pair := [2]int{caller, number(next.function)}
			if was, ok := dynamic[pair]; !ok || was && !next.dynamic {
				dynamic[pair] = next.dynamic
			}
		}
	}
	for pair, only := range dynamic {
		flag := 0
		if only {
			flag = 1
		}
		result.Calls = append(result.Calls, [3]int{pair[0], pair[1], flag})
	}
	slices.SortFunc(result.Calls, func(a, b [3]int) int { return slices.Compare(a[:], b[:]) })
	return result
}

func isStatic(edge *callgraph.Edge) bool {
	return edge.Site != nil && edge.Site.Common().StaticCallee() != nil
}

// unalias replaces names of aliases by what they stand for, in the types that are type arguments
// in practice.
func unalias(t gotypes.Type) gotypes.Type {
	switch t := gotypes.Unalias(t).(type) {
	case *gotypes.Pointer:
		return gotypes.NewPointer(unalias(t.Elem()))
	case *gotypes.Slice:
		return gotypes.NewSlice(unalias(t.Elem()))
	case *gotypes.Map:
		return gotypes.NewMap(unalias(t.Key()), unalias(t.Elem()))
	case *gotypes.Basic:
		// byte and rune.
		return gotypes.Typ[t.Kind()]
	default:
		return t
	}
}
