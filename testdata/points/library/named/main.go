// Methods that reflection finds by their names.
package main

import (
	"os"
	"reflect"
	"text/template"
)

func reveal(any) {}

type tool struct{}

func (tool) Open(p *int8) {
	reveal(p) // points to new:45
}

// No string is its name.
func (tool) Shut(p *int8) {
	reveal(p) // never
}

type report struct{ total *int }

func (r *report) Total() *int {
	reveal(r) // points to new:49 reflected
	return r.total
}

func (r *report) Draft() *int {
	reveal(r) // never
	return r.total
}

func name() string { return "Open" }

const text = "{{with .Report}}{{.Total}}{{end}} and Draft"

type page struct{ Report *report }

func main() {
	v := reflect.ValueOf(tool{})
	method := v.MethodByName(name())

	argument := new(int8)
	method.Call([]reflect.Value{reflect.ValueOf(argument)})

	p := new(page)
	p.Report = new(report)
	template.Must(template.New("page").Parse(text)).Execute(os.Stdout, p)
}
