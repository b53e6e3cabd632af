// What others import with a dot.
package dotted

const Exported = 1

type Typ struct{ Field int }

type Typer interface{ Type() Typ }

func Fun(x ...any) {}
