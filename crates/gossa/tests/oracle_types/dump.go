package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"go/version"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// dumper prints what go/types found out about one package.
type dumper struct {
	fset  *token.FileSet
	info  *types.Info
	pkg   *types.Package
	shown map[string]string
	file  string
	lines []line
	// Text of types that were printed.
	texts map[types.Type]string
}

// A line is sorted by where it begins, where it ends, and its text.
type line struct {
	start, end token.Pos
	text       string
}

func (d *dumper) packageLines(out io.Writer, files []*ast.File) {
	d.shown = map[string]string{}
	d.texts = map[types.Type]string{}
	head := object("package")
	head.str("path", d.pkg.Path())
	head.str("name", d.pkg.Name())
	io.WriteString(out, head.close())
	for _, file := range files {
		d.file = d.show(d.fset.PositionFor(file.FileStart, false).Filename)
		head := object("file")
		head.str("file", d.file)
		head.str("go_version", version.Lang(d.info.FileVersions[file]))
		io.WriteString(out, head.close())
		ast.Inspect(file, func(n ast.Node) bool {
			d.node(n)
			return true
		})
		slices.SortFunc(d.lines, func(a, b line) int {
			if a.start != b.start {
				return int(a.start) - int(b.start)
			}
			if a.end != b.end {
				return int(a.end) - int(b.end)
			}
			return strings.Compare(a.text, b.text)
		})
		for _, line := range d.lines {
			io.WriteString(out, line.text)
		}
		d.lines = d.lines[:0]
	}
	for _, init := range d.info.InitOrder {
		d.file = d.show(d.fset.PositionFor(init.Rhs.Pos(), false).Filename)
		w := d.at("init", init.Rhs)
		w.key("lhs")
		w.raw("[")
		for i, v := range init.Lhs {
			if i > 0 {
				w.raw(",")
			}
			w.quote(v.Name())
		}
		w.raw("]")
		io.WriteString(out, w.close())
	}
}

// show is the name of a file in the output.
func (d *dumper) show(name string) string {
	if known, ok := d.shown[name]; ok {
		return known
	}
	shown, length := filepath.ToSlash(name), 0
	for _, place := range [][2]string{{*dir, ""}, {*goroot, "$GOROOT/"}, {*modcache, "$GOMODCACHE/"}} {
		// The innermost directory wins.
		if rest, ok := strings.CutPrefix(name, place[0]+"/"); ok && place[0] != "" && len(place[0]) > length {
			shown, length = place[1]+rest, len(place[0])
		}
	}
	d.shown[name] = shown
	return shown
}

func (d *dumper) node(n ast.Node) {
	if expr, ok := n.(ast.Expr); ok {
		if tv, ok := d.info.Types[expr]; ok {
			w := d.at("expr", expr)
			w.str("mode", mode(tv))
			w.str("type", d.typ(tv.Type))
			if tv.Value != nil {
				w.str("constant", tv.Value.ExactString())
			}
			d.add(expr, w)
		}
	}
	switch n := n.(type) {
	case *ast.Ident:
		if obj := d.info.Defs[n]; obj != nil {
			d.declared("def", n, obj)
		}
		if obj := d.info.Uses[n]; obj != nil {
			w := d.at("use", n)
			w.key("object")
			d.object(&w, obj)
			d.add(n, w)
		}
		if inst, ok := d.info.Instances[n]; ok {
			w := d.at("instance", n)
			w.key("args")
			w.raw("[")
			for i := range inst.TypeArgs.Len() {
				if i > 0 {
					w.raw(",")
				}
				w.quote(d.typ(inst.TypeArgs.At(i)))
			}
			w.raw("]")
			w.str("type", d.typ(inst.Type))
			d.add(n, w)
		}
	case *ast.SelectorExpr:
		if selection := d.info.Selections[n]; selection != nil {
			w := d.at("selection", n)
			w.str("selection", [...]string{"field", "method", "method expression"}[selection.Kind()])
			w.str("receiver", d.typ(selection.Recv()))
			d.reached(&w, selection)
			w.str("type", d.typ(selection.Type()))
			d.add(n, w)
		}
	}
	if obj := d.info.Implicits[n]; obj != nil {
		d.declared("implicit", n, obj)
	}
}

// declared prints an object where it is declared.
func (d *dumper) declared(kind string, n ast.Node, obj types.Object) {
	w := d.at(kind, n)
	w.key("object")
	d.object(&w, obj)
	switch obj := obj.(type) {
	case *types.PkgName, *types.Label:
	case *types.Const:
		w.str("type", d.typ(obj.Type()))
		w.str("constant", exact(obj.Val()))
	default:
		w.str("type", d.typ(obj.Type()))
	}
	d.add(n, w)
	if name, ok := obj.(*types.TypeName); ok && !name.IsAlias() {
		if named, ok := name.Type().(*types.Named); ok {
			d.methodSet(n, named)
			if !types.IsInterface(named) {
				d.methodSet(n, types.NewPointer(named))
			}
		}
	}
}

func exact(value constant.Value) string {
	if value == nil {
		return ""
	}
	return value.ExactString()
}

func (d *dumper) methodSet(n ast.Node, t types.Type) {
	w := d.at("method set", n)
	w.str("type", d.typ(t))
	w.key("methods")
	w.raw("[")
	first := true
	for selection := range types.NewMethodSet(t).Methods() {
		if !first {
			w.raw(",")
		}
		first = false
		w.open()
		d.reached(&w, selection)
		w.str("type", d.typ(selection.Type()))
		w.raw("}")
	}
	w.raw("]")
	d.add(n, w)
}

func (d *dumper) reached(w *writer, selection *types.Selection) {
	w.key("object")
	d.object(w, selection.Obj())
	w.key("path")
	w.raw("[")
	for i, index := range selection.Index() {
		if i > 0 {
			w.raw(",")
		}
		w.raw(strconv.Itoa(index))
	}
	w.raw("]")
	w.key("indirect")
	w.raw(strconv.FormatBool(selection.Indirect()))
}

func (d *dumper) object(w *writer, obj types.Object) {
	kind, isMember := "", false
	switch obj := obj.(type) {
	case *types.PkgName:
		kind = "package"
	case *types.Const:
		kind = "constant"
	case *types.TypeName:
		kind = "type"
	case *types.Var:
		switch obj.Kind() {
		case types.PackageVar, types.LocalVar:
			kind = "variable"
		case types.RecvVar:
			kind = "receiver"
		case types.ParamVar:
			kind = "parameter"
		case types.ResultVar:
			kind = "result"
		case types.FieldVar:
			kind, isMember = "field", true
		}
	case *types.Func:
		kind = "function"
		if recv := obj.Signature().Recv(); recv != nil {
			kind = "method"
			isMember = types.IsInterface(recv.Type())
		}
	case *types.Label:
		kind = "label"
	case *types.Builtin:
		kind = "builtin"
	case *types.Nil:
		kind = "nil"
	}
	w.open()
	w.str("kind", kind)
	if !isMember {
		path := ""
		if imported, ok := obj.(*types.PkgName); ok {
			path = imported.Imported().Path()
		} else if obj.Pkg() != nil {
			path = obj.Pkg().Path()
		}
		w.str("package", path)
	}
	w.str("name", obj.Name())
	if obj.Pos().IsValid() && !isMember {
		p := d.fset.PositionFor(obj.Pos(), false)
		w.str("at", fmt.Sprintf("%s:%d:%d", d.show(p.Filename), p.Line, p.Column))
	}
	w.raw("}")
}

func (d *dumper) typ(t types.Type) string {
	text, ok := d.texts[t]
	if !ok {
		text = types.TypeString(unnamed(t), nil)
		d.texts[t] = text
	}
	return text
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

// at begins a line about a node.
func (d *dumper) at(kind string, n ast.Node) writer {
	from, to := d.fset.PositionFor(n.Pos(), false), d.fset.PositionFor(n.End(), false)
	w := object(kind)
	w.str("file", d.file)
	for _, number := range []struct {
		key   string
		value int
	}{{"line", from.Line}, {"column", from.Column}, {"end_line", to.Line}, {"end_column", to.Column}} {
		w.key(number.key)
		w.text = strconv.AppendInt(w.text, int64(number.value), 10)
	}
	return w
}

func (d *dumper) add(n ast.Node, w writer) {
	d.lines = append(d.lines, line{n.Pos(), n.End(), w.close()})
}

// writer writes one JSON object.
type writer struct{ text []byte }

func object(kind string) writer {
	w := writer{make([]byte, 0, 256)}
	w.open()
	w.str("kind", kind)
	return w
}

func (w *writer) open() { w.raw("{") }

func (w *writer) raw(text string) { w.text = append(w.text, text...) }

func (w *writer) key(key string) {
	if last := w.text[len(w.text)-1]; last != '{' {
		w.raw(",")
	}
	w.quote(key)
	w.raw(":")
}

func (w *writer) str(key, value string) {
	w.key(key)
	w.quote(value)
}

func (w *writer) quote(text string) {
	w.raw(`"`)
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			w.text = append(w.text, '\\', c)
		case c == '\n':
			w.raw(`\n`)
		case c == '\t':
			w.raw(`\t`)
		case c == '\r':
			w.raw(`\r`)
		case c == '\b':
			w.raw(`\b`)
		case c == '\f':
			w.raw(`\f`)
		case c < ' ':
			w.text = fmt.Appendf(w.text, `\u%04x`, c)
		default:
			w.text = append(w.text, c)
		}
	}
	w.raw(`"`)
}

func (w *writer) close() string {
	w.raw("}\n")
	return string(w.text)
}
