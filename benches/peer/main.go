// Command peer measures what gossa's benchmarks are compared with: go/scanner, go/parser and
// go/types of the standard library, and go/packages and go/ssa of golang.org/x/tools.
//
// It does one measurement per process, so that the peak of memory is that measurement's own, and
// prints it as JSON. GOMAXPROCS says how many threads it and the go command under it may use.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Result is one measurement. The bench runner reads it; field names are shared with its own.
type Result struct {
	Files        int                `json:"files"`
	Bytes        int64              `json:"bytes"`
	Lines        int64              `json:"lines"`
	Packages     int                `json:"packages"`
	Functions    int                `json:"functions"`
	Instructions int                `json:"instructions"`
	SSABytes     int64              `json:"ssa_bytes"`
	Errors       int                `json:"errors"`
	FirstError   string             `json:"first_error,omitempty"`
	Seconds      map[string]float64 `json:"seconds"`
	Total        float64            `json:"total"`
	CPU          float64            `json:"cpu"`
	PeakRSSKB    int64              `json:"peak_rss_kb"`
}

// stage runs work and books its wall time under name, and the processor time.
func (r *Result) stage(name string, work func()) {
	start, cpu := time.Now(), cpuSeconds()
	work()
	seconds := time.Since(start).Seconds()
	r.CPU += cpuSeconds() - cpu
	r.Seconds[name] += seconds
	r.Total += seconds
}

// fail counts an error and keeps the first.
func (r *Result) fail(message string) {
	r.Errors++
	if r.FirstError == "" {
		r.FirstError = message
	}
}

// parallel calls work for 0 <= i < n from GOMAXPROCS goroutines.
func parallel(n int, work func(i int)) {
	var next atomic.Int64
	threads := runtime.GOMAXPROCS(0)
	done := make(chan struct{})
	for range threads {
		go func() {
			defer func() { done <- struct{}{} }()
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				work(i)
			}
		}()
	}
	for range threads {
		<-done
	}
}

const usage = `usage: peer scan|parse [-keep] [-bare] < list-of-files
       peer list|types|load|ssa [-dir DIR] [-cgo on|off] patterns...
       peer callgraph [-algorithms static,cha,rta,vta,vta2] [-dir DIR] [-cgo on|off] patterns...
       peer version
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	keep := flags.Bool("keep", false, "keep all syntax trees until the end")
	bare := flags.Bool("bare", false, "parse without resolving identifiers to objects")
	dir := flags.String("dir", ".", "directory that patterns are relative to")
	cgo := flags.String("cgo", "off", "whether files that import C are part of the build")
	algorithms := flags.String("algorithms", "static,cha,rta,vta,vta2", "which call graphs to print")
	if err := flags.Parse(os.Args[2:]); err != nil {
		os.Exit(2)
	}
	input := input{dir: *dir, cgo: *cgo == "on", patterns: flags.Args()}
	result := &Result{Seconds: map[string]float64{}}
	var err error
	switch os.Args[1] {
	case "scan":
		err = scanFiles(result)
	case "parse":
		err = parseFiles(result, *keep, *bare)
	case "list":
		err = list(result, input)
	case "types":
		err = types(result, input)
	case "load":
		err = load(result, input)
	case "ssa":
		err = buildSSA(result, input)
	case "callgraph":
		err = callGraphs(input, *algorithms)
	case "version":
		err = version()
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err == nil && os.Args[1] != "version" && os.Args[1] != "callgraph" {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

// version prints which Go and which x/tools this binary was built with.
func version() error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return fmt.Errorf("the binary has no build information")
	}
	tools := "unknown"
	for _, module := range info.Deps {
		if module.Path == "golang.org/x/tools" {
			tools = module.Version
		}
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]string{
		"go": runtime.Version(), "tools": tools,
	})
}
