package main

import (
	"bufio"
	"bytes"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"sync"
)

// source is a file in memory.
type source struct {
	path string
	text []byte
}

// readSources reads the files that standard input names, one a line, before any clock runs.
func readSources(result *Result) ([]source, error) {
	var sources []source
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		text, err := os.ReadFile(lines.Text())
		if err != nil {
			return nil, err
		}
		sources = append(sources, source{lines.Text(), text})
		result.Files++
		result.Bytes += int64(len(text))
		result.Lines += int64(bytes.Count(text, []byte{'\n'}))
	}
	return sources, lines.Err()
}

func scanFiles(result *Result) error {
	sources, err := readSources(result)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	result.stage("lex", func() {
		parallel(len(sources), func(i int) {
			fset := token.NewFileSet()
			file := fset.AddFile(sources[i].path, -1, len(sources[i].text))
			var s scanner.Scanner
			report := func(at token.Position, message string) {
				mu.Lock()
				defer mu.Unlock()
				result.fail(at.String() + ": " + message)
			}
			s.Init(file, sources[i].text, report, scanner.ScanComments)
			for {
				if _, tok, _ := s.Scan(); tok == token.EOF {
					break
				}
			}
		})
	})
	result.PeakRSSKB, err = peakRSS()
	return err
}

// parseFiles parses as go/packages does, or, if bare, as fast as go/parser can with comments.
func parseFiles(result *Result, keep, bare bool) error {
	sources, err := readSources(result)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	trees := make([]*ast.File, len(sources))
	fset := token.NewFileSet()
	mode := parser.ParseComments
	if bare {
		mode |= parser.SkipObjectResolution
	}
	result.stage("parse", func() {
		parallel(len(sources), func(i int) {
			file, err := parser.ParseFile(fset, sources[i].path, sources[i].text, mode)
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				result.fail(err.Error())
			}
			if keep {
				trees[i] = file
			}
		})
	})
	result.PeakRSSKB, err = peakRSS()
	if keep {
		// So that the collector cannot have freed them.
		for _, tree := range trees {
			if tree == nil {
				result.fail("a tree is missing")
			}
		}
	}
	return err
}
