// Reflection, and the packages that live by it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"
	"text/template"
)

type base struct {
	ID int `json:"id"`
}

type person struct {
	base
	Name    string            `json:"name"`
	Emails  []string          `json:"emails,omitempty"`
	Meta    map[string]any    `json:"meta,omitempty"`
	Friend  *person           `json:"friend,omitempty"`
	private int
	Level   level `json:"level"`
}

type level int

func (l level) String() string { return [...]string{"low", "high"}[l] }
func (l level) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(l.String())), nil }
func (l *level) UnmarshalText(b []byte) error {
	switch string(b) {
	case "LOW":
		*l = 0
	case "HIGH":
		*l = 1
	default:
		return errors.New("bad level " + string(b))
	}
	return nil
}

func (p person) Greet(greeting string) string { return greeting + ", " + p.Name }

func main() {
	p := person{base{7}, "Ann", []string{"a@b"}, map[string]any{"k": 1.5, "n": nil}, &person{Name: "Bob"}, 3, 1}
	t := reflect.TypeOf(p)
	fmt.Println(t, t.Kind(), t.NumField(), t.NumMethod(), t.Size() > 0)
	for i := range t.NumField() {
		f := t.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag.Get("json"), f.Anonymous, f.IsExported())
	}
	v := reflect.ValueOf(&p).Elem()
	v.FieldByName("Name").SetString("Eve")
	fmt.Println(p.Name, v.FieldByName("ID").Int(), v.FieldByName("private").CanSet())
	out := reflect.ValueOf(p).MethodByName("Greet").Call([]reflect.Value{reflect.ValueOf("Hi")})
	fmt.Println(out[0])
	swap := reflect.MakeFunc(reflect.TypeOf(func(int, string) (string, int) { return "", 0 }), func(args []reflect.Value) []reflect.Value {
		return []reflect.Value{args[1], args[0]}
	}).Interface().(func(int, string) (string, int))
	fmt.Println(swap(1, "x"))
	m := reflect.ValueOf(map[string]int{"a": 1, "b": 2})
	keys := m.MapKeys()
	sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	fmt.Println(keys, m.MapIndex(keys[1]))
	slice := reflect.MakeSlice(reflect.SliceOf(reflect.TypeOf(0)), 0, 2)
	slice = reflect.Append(slice, reflect.ValueOf(4), reflect.ValueOf(5))
	fmt.Println(slice.Interface().([]int), reflect.DeepEqual([]int{4, 5}, slice.Interface()))

	data, err := json.MarshalIndent(p, "", "  ")
	fmt.Println(string(data), err)
	var back person
	err = json.Unmarshal([]byte(`{"id": 9, "name": "Zoë", "emails": ["x", "y"], "meta": {"deep": [1, "two", {"three": 3}]}, "level": "HIGH", "unknown": 0}`), &back)
	fmt.Printf("%+v %v\n", back, err)
	err = json.Unmarshal([]byte(`{"level": "MEDIUM"}`), &back)
	fmt.Println(err)
	err = json.Unmarshal([]byte(`{"name": 5}`), &back)
	fmt.Println(err)

	tmpl := template.Must(template.New("t").Funcs(template.FuncMap{"upper": strings.ToUpper}).Parse(
		"{{range $i, $e := .Emails}}{{$i}}={{$e | upper}} {{else}}none{{end}}{{.Greet \"Hello\"}} {{with .Friend}}{{.Name | printf \"%q\"}}{{end}}\n"))
	if err := tmpl.Execute(os.Stdout, p); err != nil {
		fmt.Println(err)
	}
	wrapped := fmt.Errorf("outer: %w", &os.PathError{Op: "open", Path: "/x", Err: os.ErrNotExist})
	var pathError *os.PathError
	fmt.Println(errors.As(wrapped, &pathError), errors.Is(wrapped, os.ErrNotExist), wrapped)
}
