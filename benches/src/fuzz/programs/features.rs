//! Parts of programs that each are about one thing in the language, with random expressions in
//! them.

use super::generate::{Generator, Mode, line};
use super::types::{INT, Ty};
use std::fmt::Write as _;
use std::rc::Rc;

/// Writes a part of a program.
pub(super) type Feature = fn(&mut Generator);

impl Generator {
    pub(super) fn features(&self) -> [Feature; 18] {
        [
            Self::loop_closures,
            Self::deferred_results,
            Self::nested_panics,
            Self::range_function,
            Self::nested_range_functions,
            Self::channels,
            Self::select_default,
            Self::generic_functions,
            Self::generic_types,
            Self::jumps,
            Self::slices,
            Self::maps_of_keys,
            Self::comparisons,
            Self::promotion,
            Self::constants,
            Self::arrays,
            Self::mixed_values,
            Self::order,
        ]
    }

    /// `defer func() { recover ... }()` at the start of a body.
    pub(super) fn deferred_recovery(&mut self) {
        let number = self.number();
        self.push("defer func() {");
        if self.random.once_in(2) {
            self.block(2);
        }
        line!(self, "if r := recover(); r != nil {{\ntrace.P({number}, trace.Text(r))");
        if self.random.once_in(4) {
            self.push("panic(r)");
        }
        self.push("}\n}()");
    }

    /// Each iteration has variables of its own.
    fn loop_closures(&mut self) {
        let (step, most) = (self.random.below(2) + 1, self.random.below(4) + 2);
        let (first, second) = (self.number(), self.number());
        let header = match self.random.below(3) {
            0 => format!("for i := 0; i < {most}; i += {step}"),
            1 => format!("for i := range {most}"),
            _ => "for i := range []string{\"a\", \"b\", \"c\"}".to_owned(),
        };
        let change = ["i++", "i += 0", "i ^= 1 &^ 1"][self.random.below(3)];
        let x = self.expr(&INT, 2).text;
        line!(
            self,
            "var fs []func() int\nsum := 0\n{header} {{\n\
             fs = append(fs, func() int {{ i += {x} & 3; sum += i; return i }})\n{change}\n\
             if i == 1 {{\ncontinue\n}}\ntrace.P({first}, i)\n}}\n\
             for j, f := range fs {{\ntrace.P({second}, j, f(), f(), sum)\n}}"
        );
    }

    /// Results that deferred calls see and change.
    fn deferred_results(&mut self) {
        let name = self.global("d");
        let ty = self.value_type(1);
        let of = self.type_text(&ty);
        let numbers = [self.number(), self.number(), self.number()];
        let body = self.part(|generator| {
            generator.declare("result", &ty, true);
            generator.declare("n", &INT, true);
            if generator.random.once_in(2) {
                generator.deferred_recovery();
            }
            line!(
                generator,
                "for i := range n {{\ndefer func() {{\ntrace.P({}, i, result)",
                numbers[0]
            );
            let value = generator.expr(&ty, 2).text;
            line!(generator, "if i == 1 {{\nresult = {value}\n}}\n}}()\n}}");
            let (at, arg) = (numbers[1], generator.expr(&ty, 2).text);
            line!(generator, "defer trace.P({at}, {arg}, result)");
            generator.mode = Mode::Panicking;
            generator.statements(4);
            let value = generator.expr(&ty, 3).text;
            generator.mode = Mode::Quiet;
            match generator.random.below(3) {
                0 => line!(generator, "result = {value}\nreturn"),
                1 => line!(generator, "if n > 1 {{\npanic({value})\n}}\nreturn result"),
                _ => line!(generator, "return {value}"),
            }
        });
        let _ = writeln!(self.decls, "func {name}(n int) (result {of}) {{\n{body}}}\n");
        let most = self.random.below(4);
        line!(self, "trace.P({}, {name}({most}))", numbers[2]);
        line!(self, "trace.P({}, {name}(1))", numbers[2]);
    }

    /// Panics while panicking, recovered at different depths.
    fn nested_panics(&mut self) {
        let depth = self.random.below(3) + 1;
        let numbers: Vec<_> = (0..8).map(|_| self.number()).collect();
        let values = ["\"a\"", "1", "fmt.Errorf(\"b\")", "[]int{1}", "nil", "2.5"];
        for level in 0..depth {
            self.push("func() {");
            let recovers = self.random.below(4);
            line!(self, "defer func() {{");
            match recovers {
                0 => {}
                1 => line!(self, "trace.P({}, {level}, recover())", numbers[0]),
                2 => line!(
                    self,
                    "r := recover()\ntrace.P({}, r)\nif r != nil {{\npanic(fmt.Sprint(r, \" again\"))\n}}",
                    numbers[1]
                ),
                _ => line!(
                    self,
                    "defer func() {{\ntrace.P({}, recover())\n}}()\npanic({})",
                    numbers[2],
                    values[self.random.below(values.len())]
                ),
            }
            self.push("}()");
            if self.random.once_in(3) {
                // Recovers nothing: it is not called by the deferred function.
                line!(
                    self,
                    "defer func() {{\nfunc() {{ trace.P({}, recover()) }}()\n}}()",
                    numbers[3]
                );
            }
            if self.random.once_in(4) {
                line!(self, "defer trace.P({}, \"deferred\", {level})", numbers[4]);
            }
            if self.random.once_in(5) {
                self.push("defer recover()");
            }
        }
        line!(self, "trace.P({}, recover())", numbers[5]);
        let value = values[self.random.below(values.len())];
        if self.random.once_in(3) {
            self.mode = Mode::Panicking;
            let x = self.expr(&INT, 3).text;
            self.mode = Mode::Quiet;
            line!(self, "trace.P({}, {x})", numbers[6]);
        }
        if !self.random.once_in(4) {
            line!(self, "if trace.V(true) {{\npanic({value})\n}}");
        }
        for level in 0..depth {
            line!(self, "}}()\ntrace.P({}, \"after\", {level})", numbers[7]);
        }
    }

    /// An iterator with one or two values; `misuse` makes it go on when it must not.
    fn iterator(&mut self, ty: &Ty) -> String {
        let name = self.global("seq");
        let of = self.type_text(ty);
        let numbers: Vec<_> = (0..3).map(|_| self.number()).collect();
        let value = self.part(|generator| {
            generator.declare("i", &INT, false);
            let value = generator.expr(ty, 2).text;
            generator.out.push_str(&value);
        });
        let recovers = if self.random.once_in(6) {
            format!("defer func() {{ trace.P({}, recover()) }}()\n", numbers[1])
        } else {
            String::new()
        };
        let on_false = if self.random.once_in(8) { "continue" } else { "return" };
        let _ = writeln!(
            self.decls,
            "func {name}(n int) func(func(int, {of}) bool) {{\n\
             return func(yield func(int, {of}) bool) {{\n\
             defer trace.P({}, \"left\", n)\n{recovers}\
             for i := range n {{\nif !yield(i, {value}) {{\ntrace.P({}, i)\n{on_false}\n}}\n}}\n}}\n}}\n",
            numbers[0], numbers[2]
        );
        name
    }

    fn range_function(&mut self) {
        let ty = self.value_type(1);
        let of = self.type_text(&ty);
        let seq = self.iterator(&ty);
        let name = self.global("r");
        let most = self.random.below(4) + 1;
        let at = self.random.below(4);
        let numbers: Vec<_> = (0..6).map(|_| self.number()).collect();
        let body = self.part(|generator| {
            let recovers = generator.random.once_in(2);
            if recovers {
                generator.deferred_recovery();
            }
            line!(generator, "for i, x := range {seq}({most}) {{\n_ = x");
            generator.scopes.push(Vec::new());
            generator.declare("i", &INT, true);
            generator.declare("x", &ty, true);
            generator.loops += 1;
            if generator.random.once_in(3) {
                line!(generator, "defer trace.P({}, i, n)", numbers[0]);
            }
            if generator.random.once_in(4) {
                line!(
                    generator,
                    "defer func() {{ trace.P({}, recover(), i); n += 100 }}()",
                    numbers[1]
                );
            }
            generator.statements(3);
            line!(generator, "n++\nif i == {at} {{");
            match generator.random.below(7) {
                0 => line!(generator, "break"),
                1 => line!(generator, "continue"),
                2 => line!(generator, "return n, x"),
                3 => line!(generator, "panic(\"body\")"),
                4 => line!(generator, "n = 50\nreturn"),
                5 => line!(generator, "goto done"),
                _ => {
                    generator.mode = Mode::Panicking;
                    let value = generator.expr(&ty, 2).text;
                    generator.mode = Mode::Quiet;
                    line!(generator, "last = {value}");
                }
            }
            line!(generator, "}}\nlast = x");
            generator.loops -= 1;
            generator.scopes.pop();
            line!(generator, "}}\ntrace.P({}, n, last)\nif n > 1000 {{\ngoto done\n}}", numbers[2]);
            line!(generator, "n += 1000\ndone:\nn += 10000\nreturn n, last");
        });
        let _ = writeln!(self.decls, "func {name}() (n int, last {of}) {{\n{body}}}\n");
        line!(self, "n, last := {name}()\ntrace.P({}, n, last)", numbers[3]);
    }

    fn nested_range_functions(&mut self) {
        let ty = self.basic_type();
        let (outer, inner) = (self.iterator(&ty), self.iterator(&ty));
        let name = self.global("r");
        let numbers: Vec<_> = (0..5).map(|_| self.number()).collect();
        let (a, b) = (self.random.below(3) + 1, self.random.below(3) + 1);
        let leave = [
            "break",
            "continue",
            "break outer",
            "continue outer",
            "return i*10 + j",
            "panic(j)",
            "goto out",
        ][self.random.below(7)];
        let between =
            ["for range 1 {", "switch {\ndefault:", "if true {", "{"][self.random.below(4)];
        let plain = self.random.once_in(3);
        let header = if plain {
            format!("for i := range {}", a + 1)
        } else {
            format!("for i, x := range {outer}({a})")
        };
        let used = if plain { "" } else { "_ = x\n" };
        let deferred = if self.random.once_in(2) {
            format!("defer func() {{ trace.P({}, i, j); k++ }}()\n", numbers[0])
        } else {
            String::new()
        };
        let at = self.random.below(3);
        let _ = writeln!(
            self.decls,
            "func {name}() (k int) {{\nouter:\n{header} {{\n{used}\
             {between}\nfor j, y := range {inner}({b}) {{\n{deferred}trace.P({}, i, j, y)\n\
             if (i+j)%3 == {at} {{\n{leave}\n}}\nif i > 100 {{\ngoto out\n}}\nif i > 200 {{\nbreak outer\n}}\n}}\n}}\n\
             trace.P({}, i)\n}}\nk += 5\nout:\nk += 7\nreturn k\n}}\n",
            numbers[1], numbers[2]
        );
        line!(self, "trace.P({}, {name}())", numbers[3]);
        if self.random.once_in(2) {
            // A method value and a function value as iterators.
            line!(
                self,
                "iterate := {inner}({b})\nfor i, y := range iterate {{\ntrace.P({}, i, y)\nif i == 1 {{\nbreak\n}}\n}}",
                numbers[4]
            );
        }
    }

    /// Goroutines that take turns.
    fn channels(&mut self) {
        let ty = self.value_type(1);
        let of = self.type_text(&ty);
        let size = self.random.below(3);
        let number = self.number();
        let count = self.random.below(4) + 1;
        line!(self, "ch := make(chan {of}, {size})\ngo func() {{\ndefer close(ch)");
        for _ in 0..count {
            let value = self.expr(&ty, 2).text;
            line!(self, "ch <- {value}");
        }
        self.push("}()");
        match self.random.below(4) {
            0 => line!(self, "for x := range ch {{\ntrace.P({number}, x)\n}}"),
            1 => line!(
                self,
                "for {{\nx, ok := <-ch\ntrace.P({number}, x, ok)\nif !ok {{\nbreak\n}}\n}}"
            ),
            2 => line!(
                self,
                "done := make(chan bool)\ngo func() {{\nfor x := range ch {{\ntrace.P({number}, x)\n}}\n\
                 done <- true\n}}()\ntrace.P({number}, <-done)"
            ),
            _ => line!(
                self,
                "loop:\nfor n := 0; ; n++ {{\nselect {{\ncase x, ok := <-ch:\ntrace.P({number}, n, x, ok)\n\
                 if !ok {{\nbreak loop\n}}\ncase <-(chan int)(nil):\ntrace.P({number}, \"never\")\n}}\n}}"
            ),
        }
        if self.random.once_in(3) {
            line!(self, "ch <- *new({of})");
        }
    }

    fn select_default(&mut self) {
        let numbers: Vec<_> = (0..4).map(|_| self.number()).collect();
        let ty = self.basic_type();
        let of = self.type_text(&ty);
        let (x, size) = (self.expr(&ty, 2).text, self.random.below(3));
        line!(
            self,
            "ch := make(chan {of}, {size})\nvar list [2]{of}\nvar ok bool\nfor i := range 4 {{\nselect {{\n\
             case ch <- trace.T({0}, {x}):\ntrace.P({1}, i, len(ch), cap(ch))\n\
             default:\ntrace.P({2}, i)\n\
             select {{\ncase list[trace.T({0}, i%2)], ok = <-ch:\ntrace.P({3}, list, ok)\ndefault:\nif i == 2 {{\nbreak\n}}\ntrace.P({1}, \"none\")\n}}\n\
             }}\n}}",
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3]
        );
        if self.random.once_in(2) {
            line!(self, "close(ch)\nx, ok := <-ch\ntrace.P({}, x, ok)", numbers[3]);
            if self.random.once_in(2) {
                line!(self, "select {{\ncase ch <- x:\ndefault:\n}}");
            }
        }
    }

    fn generic_functions(&mut self) {
        let (map, sum, keep) = (self.global("mapped"), self.global("sum"), self.global("keep"));
        let numbers: Vec<_> = (0..6).map(|_| self.number()).collect();
        let _ = writeln!(
            self.decls,
            "func {map}[S ~[]E, E, R any](s S, f func(int, E) R) (out []R) {{\n\
             for i, x := range s {{\nout = append(out, f(i, x))\n}}\nreturn\n}}\n\n\
             func {sum}[N ~int | ~int8 | ~uint16 | ~float32 | ~float64 | ~string](xs ...N) (total N) {{\n\
             for _, x := range xs {{\ntotal += x\n}}\n\
             if len(xs) > 2 {{\nreturn {sum}(xs[1:]...) + total\n}}\nreturn\n}}\n\n\
             func {keep}[K comparable, V any, M ~map[K]V](m M, k K, v V) (V, bool) {{\n\
             old, ok := m[k]\nm[k] = v\nswitch any(old).(type) {{\ncase int:\ntrace.P({}, \"int\")\ncase K:\ntrace.P({0}, \"key\")\n}}\nreturn old, ok\n}}\n",
            numbers[0]
        );
        let (e, r) = (self.value_type(1), self.value_type(1));
        let (et, rt) = (self.type_text(&e), self.type_text(&r));
        let list = self.expr(&Ty::slice(&e), 2).text;
        self.scopes.push(Vec::new());
        self.declare("e", &e, false);
        let value = self.expr(&r, 2).text;
        self.scopes.pop();
        line!(
            self,
            "trace.P({}, {map}({list}, func(i int, e {et}) {rt} {{ _ = e; return {value} }}))",
            numbers[1]
        );
        let n = [INT, Ty::Int(1), Ty::Int(7), Ty::Float32, Ty::Float64, Ty::String]
            [self.random.below(6)]
        .clone();
        let nt = self.type_text(&n);
        let values: Vec<_> = (0..self.random.below(5)).map(|_| self.expr(&n, 2).text).collect();
        line!(self, "trace.P({}, {sum}[{nt}]({}))", numbers[2], values.join(", "));
        let (k, v) = (self.key_type(), self.value_type(1));
        let m = self.expr(&Ty::Map(Rc::new(k.clone()), Rc::new(v.clone())), 1).text;
        let (kt, vt) = (self.type_text(&k), self.type_text(&v));
        let (key, value) = (self.expr(&k, 2).text, self.expr(&v, 2).text);
        line!(
            self,
            "m := {m}\nkeep := {keep}[{kt}, {vt}, map[{kt}]{vt}]\nold, ok := keep(m, {key}, {value})\n\
             trace.P({}, old, ok, m)",
            numbers[3]
        );
    }

    fn generic_types(&mut self) {
        let (pair, list, tree) = (self.global("Pair"), self.global("List"), self.global("Show"));
        let numbers: Vec<_> = (0..6).map(|_| self.number()).collect();
        let _ = writeln!(
            self.decls,
            "type {pair}[A, B any] struct {{\nFirst A\nSecond B\n}}\n\n\
             func (p {pair}[A, B]) Swap() {pair}[B, A] {{\nreturn {pair}[B, A]{{p.Second, p.First}}\n}}\n\n\
             func (p *{pair}[A, B]) Put(a A) *{pair}[A, B] {{\np.First = a\nreturn p\n}}\n\n\
             type {list}[T any] struct {{\nvalue T\nnext *{list}[T]\n}}\n\n\
             func (l *{list}[T]) Push(x T) *{list}[T] {{\nreturn &{list}[T]{{x, l}}\n}}\n\n\
             func (l *{list}[T]) All() func(func(T) bool) {{\nreturn func(yield func(T) bool) {{\n\
             for at := l; at != nil; at = at.next {{\nif !yield(at.value) {{\nreturn\n}}\n}}\n}}\n}}\n\n\
             type {tree}[T any] interface {{\nSwap() T\n}}\n\n\
             func all{tree}[P {tree}[Q], Q {tree}[P]](p P) (P, string) {{\nq := p.Swap()\nreturn q.Swap(), fmt.Sprintf(\"%T\", q)\n}}\n"
        );
        let (a, b) = (self.value_type(1), self.value_type(1));
        let (at, bt) = (self.type_text(&a), self.type_text(&b));
        let (x, y, z) = (self.expr(&a, 2).text, self.expr(&b, 2).text, self.expr(&a, 2).text);
        line!(
            self,
            "p := {pair}[{at}, {bt}]{{{x}, {y}}}\ntrace.P({0}, p, p.Swap())\nq := p\n\
             put := q.Put\ntrace.P({1}, *put({z}), p, q.Swap().Swap())\n\
             same, name := all{tree}(p)\ntrace.P({2}, same, name)\n\
             fmt.Printf(\"%T\\n\", {pair}[{at}, {bt}].Swap)",
            numbers[0],
            numbers[1],
            numbers[2]
        );
        let (x, y) = (self.expr(&b, 1).text, self.expr(&b, 1).text);
        line!(
            self,
            "var l *{list}[{bt}]\nl = l.Push({x}).Push({y}).Push(p.Second)\nfor x := range l.All() {{\ntrace.P({0}, x)\n}}\n\
             for x := range (*{list}[{bt}]).All(l) {{\ntrace.P({1}, x)\nbreak\n}}",
            numbers[3],
            numbers[4]
        );
    }

    fn jumps(&mut self) {
        let numbers: Vec<_> = (0..4).map(|_| self.number()).collect();
        let most = self.random.below(4) + 1;
        let (a, b) = (self.random.below(4), self.random.below(4));
        let x = self.expr(&INT, 2).text;
        let word = ["break outer", "continue outer", "break", "continue", "goto end"]
            [self.random.below(5)];
        line!(
            self,
            "i, n := 0, {x}\nvar fs []func()\nagain:\ni++\n{{\nj := i * 2\nfs = append(fs, func() {{ j++; trace.P({0}, i, j) }})\n}}\n\
             if i < {most} {{\ngoto again\n}}\n\
             outer:\nfor a := range 4 {{\nfor b := 0; ; b++ {{\nswitch {{\ncase b > 3:\ncontinue outer\n\
             case a == {a} && b == {b}:\n{word}\ncase a == 9:\nbreak outer\ncase a == 8:\ngoto end\ncase b == 1:\nfallthrough\ncase b == 7:\nn++\ndefault:\nn += 10\n}}\n\
             trace.P({1}, a, b, n)\n}}\n}}\n\
             end:\nfor _, f := range fs {{\nf()\nf()\n}}\ntrace.P({2}, i, n)",
            numbers[0],
            numbers[1],
            numbers[2]
        );
    }

    fn slices(&mut self) {
        let ty = self.value_type(1);
        let of = self.type_text(&ty);
        let numbers: Vec<_> = (0..8).map(|_| self.number()).collect();
        let values: Vec<_> = (0..5).map(|_| self.expr(&ty, 1).text).collect();
        let (low, high) = (self.random.below(3), self.random.below(3) + 2);
        let max = high + self.random.below(2);
        line!(
            self,
            "s := make([]{of}, 3, 6)\ns[0], s[1], s[2] = {}, {}, {}\na := append(s, {})\nb := append(s, {})\n\
             trace.P({}, s, a, b, len(a), cap(a))",
            values[0],
            values[1],
            values[2],
            values[3],
            values[4],
            numbers[0]
        );
        line!(
            self,
            "c := s[{low}:{high}:{max}]\ntrace.P({}, c, len(c), cap(c))\nc = append(c, b...)\n\
             trace.P({}, s[:6], copy(s[1:], s), s, copy(s, c[1:]), s, len(c))",
            numbers[1],
            numbers[2]
        );
        let n = self.random.below(5);
        let index = self.random.below(5);
        line!(
            self,
            "array := [3]{of}(s)\npointer := (*[2]{of})(s)\npointer[1] = s[2]\ntrace.P({}, array, *pointer, s)\n\
             clear(s[1:])\ntrace.P({}, s, array)\nfor i := range array {{\narray[i] = s[0]\n}}\ntrace.P({}, array)\n\
             n := {n}\ntrace.P({}, s[:n], s[n:], (*[{index}]{of})(s) == nil)\ntrace.P({}, s[{index}])",
            numbers[3],
            numbers[4],
            numbers[5],
            numbers[6],
            numbers[7]
        );
    }

    fn maps_of_keys(&mut self) {
        let (k, v) = (self.key_type(), self.value_type(1));
        let (kt, vt) = (self.type_text(&k), self.type_text(&v));
        let numbers: Vec<_> = (0..6).map(|_| self.number()).collect();
        let keys: Vec<_> = (0..3).map(|_| self.expr(&k, 2).text).collect();
        let values: Vec<_> = (0..3).map(|_| self.expr(&v, 2).text).collect();
        line!(
            self,
            "m := map[{kt}]{vt}{{trace.V({}): {}}}\nm[{}] = {}\nm[{}] = {}\ntrace.P({}, len(m), m)\n\
             for k, v := range m {{\n_ = v\ndelete(m, k)\n}}\ntrace.P({}, len(m))",
            keys[0],
            values[0],
            keys[1],
            values[1],
            keys[2],
            values[2],
            numbers[0],
            numbers[1]
        );
        let of = self.value_type(1);
        let x = self.expr(&of, 2).text;
        let zero = ["math.NaN()", "math.Copysign(0, -1)", "0", "math.Inf(1)"][self.random.below(4)];
        line!(
            self,
            "f := map[float64]int{{}}\nfor i := range 3 {{\nf[{zero}] += i + 1\nf[0]++\n}}\ntrace.P({}, len(f), f[0], f[{zero}])\n\
             clear(f)\ntrace.P({}, len(f))\na := map[any]int{{}}\na[{x}]++\na[1], a[int8(1)], a[1.0] = 1, 2, 3\n\
             trace.P({}, len(a), a[{x}], a[1], a[\"x\"])\nvar none map[any]{kt}\ntrace.P({}, none[{x}])\nnone[1] = {}",
            numbers[2],
            numbers[3],
            numbers[4],
            numbers[5],
            keys[0]
        );
    }

    fn comparisons(&mut self) {
        let numbers: Vec<_> = (0..6).map(|_| self.number()).collect();
        let ty = self.value_type(2);
        let of = self.type_text(&ty);
        let (x, y) = (self.expr(&ty, 2).text, self.expr(&ty, 2).text);
        line!(
            self,
            "x, y := {x}, {y}\nvar i, j any = x, x\ntrace.P({}, any(1) == any(int64(1)), i != nil, j == nil)\n\
             _ = y\ntype holder struct {{\na int\nb any\nc any\n_ int\n}}\n\
             trace.P({}, holder{{1, 2, \"x\", 3}} == holder{{1, 2, \"x\", 4}}, holder{{a: 1, b: i}} == holder{{a: 2, b: j}})\n\
             trace.P({}, [2]any{{1, i}} == [2]any{{2, j}})\n\
             trace.P({}, fmt.Sprintf(\"%T\", any(struct {{ A {of} `tag` }}{{x}}) == nil))\n\
             trace.P({}, i == j)",
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4]
        );
    }

    /// Methods through embedded values, pointers and interfaces.
    fn promotion(&mut self) {
        let index = self.random.below(self.named.len());
        let inner = Ty::Named(index);
        let name = self.type_text(&inner);
        let (a, b, c) = (self.global("A"), self.global("B"), self.global("C"));
        let numbers: Vec<_> = (0..6).map(|_| self.number()).collect();
        let _ = writeln!(
            self.decls,
            "type {a} struct {{\nN int\n*{name}\n}}\n\ntype {b} struct {{\n{a}\nM int\n}}\n\n\
             type {c} struct {{\nI{c}\n*{b}\n}}\n"
        );
        let _ = writeln!(
            self.decls,
            "type I{c} interface {{\nSet()\n}}\n\nfunc (b {b}) Add(n int) int {{\nb.N += n\nreturn b.N + b.M\n}}\n"
        );
        let value = self.expr(&inner, 2).text;
        let n = self.random.below(20);
        let target = if self.random.once_in(6) { "nil".to_owned() } else { "&value".to_owned() };
        line!(
            self,
            "value := {value}\n_ = value\nb := {b}{{{a}{{{n}, {target}}}, 3}}\ntrace.P({0}, b.N, b.M, b.Add(1), b.{a}.N)\n\
             add := b.Add\nb.N = 70\ntrace.P({1}, add(2), b.Add(2), {b}.Add(b, 3), (*{b}).Add(&b, 4))\n\
             var g interface {{ Get(int) int; Add(int) int }} = b\ntrace.P({2}, g.Add(5))\ntrace.P({2}, g.Get(5))\n\
             c := {c}{{b.{a}, &b}}\nc.N++\nc.I{c}.Set()\nc.M = 9\ntrace.P({3}, c.N, b.N, c.Add(1))\nget := c.Get\nc.{b} = nil\n\
             trace.P({4}, get(1))\ntrace.P({5}, c.Add(1))",
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4],
            numbers[5]
        );
    }

    fn constants(&mut self) {
        let name = self.global("k");
        let numbers: Vec<_> = (0..2).map(|_| self.number()).collect();
        let shift = self.random.below(60);
        // `iota` is 6 there, and half of the result has to be a `uint64`.
        let high = shift.min(58);
        let kind = self.random.below(11);
        let ty = Ty::Int(kind);
        let of = self.type_text(&ty);
        let start = self.random.below(3);
        let x = self.not_constant_text(&ty);
        let y = self.integer_literal(kind);
        let divisor = self.random.below(7) + 2;
        let _ = writeln!(
            self.decls,
            "const (\n{name}A = iota + {start}\n{name}B\n_\n{name}C, {name}D = iota, 1 << iota\n{name}E, {name}F\n{name}G {of} = {y}\n\
             {name}H = 1 << (iota + {high}) / {divisor}\n{name}I = \"s\" + \"t\"\n{name}J = len({name}I) + {name}A\n{name}K = {shift} / {divisor}. * 3\n{name}L = 'a' + {name}A\n)\n"
        );
        line!(
            self,
            "x := {x}\ntrace.P({0}, {name}A, {name}B, {name}C, {name}D, {name}E, {name}F, {name}G, uint64({name}H), {name}I, {name}J, {name}K, {name}L)\n\
             trace.P({1}, x+{name}G, x&{name}G, x|{name}G, x == {name}G, x/{divisor}, x%{divisor}, x<<{shift}, x>>{shift}, 1<<(x&7), uint8(x), float32(x))\n\
             var f float32 = {name}K\nvar i8 int8 = 1\ntrace.P({1}, f*{name}K, i8<<(x&15), i8<<7>>7, ^i8, -i8<<7, 1<<(x&3) == 2, string(rune({name}L)))",
            numbers[0],
            numbers[1]
        );
    }

    fn not_constant_text(&mut self, ty: &Ty) -> String {
        let x = self.expr(ty, 2);
        if x.constant { format!("trace.V({})", x.text) } else { x.text }
    }

    /// Arrays and structs are values.
    fn arrays(&mut self) {
        let ty = self.value_type(1);
        let of = self.type_text(&ty);
        let numbers: Vec<_> = (0..5).map(|_| self.number()).collect();
        let values: Vec<_> = (0..4).map(|_| self.expr(&ty, 2).text).collect();
        let index = self.random.below(4);
        line!(
            self,
            "a := [3]{of}{{{}, {}}}\nb := a\nb[0] = {}\np := &a\np[1] = {}\n\
             for i, x := range a {{\na[2] = x\ntrace.P({}, i, x)\n}}\nfor i, x := range &a {{\na[2] = a[0]\ntrace.P({}, i, x)\n}}\n\
             type s struct {{\nin [3]{of}\nnext *s\n}}\nc := s{{in: a}}\nd := c\nd.in[0] = b[0]\nc.next = &d\nc.next.in[1] = b[2]\n\
             trace.P({}, a, b, *p, c.in, d.in, len(p), cap(a))\nf := func(a [3]{of}) [3]{of} {{ a[0], a[2] = a[2], a[0]; return a }}\n\
             trace.P({}, f(a), a, [...]string{{2: \"c\", 0: \"a\"}}, len([...]int{{9: 1}}))\n\
             m := map[string][3]{of}{{\"k\": a}}\ntrace.P({}, m[\"k\"][trace.V({index})], m[\"none\"][0])",
            values[0],
            values[1],
            values[2],
            values[3],
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4]
        );
    }

    /// Values in interfaces, and what assertions make of them.
    fn mixed_values(&mut self) {
        let numbers: Vec<_> = (0..5).map(|_| self.number()).collect();
        let mut list = Vec::new();
        for _ in 0..self.random.below(4) + 2 {
            let ty = self.value_type(2);
            list.push(self.expr(&ty, 2).text);
        }
        let ty = self.value_type(1);
        let of = self.type_text(&ty);
        let value = self.expr(&ty, 1).text;
        list.push(value);
        let index = self.random.below(self.named.len());
        let named = self.type_text(&Ty::Named(index));
        let with = if ty == INT { "error" } else { "int" };
        line!(
            self,
            "for i, x := range []any{{nil, {}}} {{\nfmt.Printf(\"%d %T\\n\", i, x)\n\
             y, ok := x.({of})\ntrace.P({}, y, ok)\n_, ok = x.(interface{{ Set() }})\ntrace.P({}, ok)\n\
             switch x := x.(type) {{\ncase nil:\ntrace.P({}, x == nil)\ncase {with}, {named}:\ntrace.P({}, x)\ncase interface{{ Get(int) int }}:\ntrace.P({}, x.Get(i))\n}}\n}}",
            list.join(", "),
            numbers[0],
            numbers[1],
            numbers[2],
            numbers[3],
            numbers[4]
        );
        self.mode = Mode::Panicking;
        let x = self.expr(&Ty::Any, 2).text;
        self.mode = Mode::Quiet;
        match self.random.below(3) {
            0 => line!(self, "trace.P({}, any({x}).({of}))", numbers[0]),
            1 => line!(
                self,
                "trace.P({}, any({x}).(interface{{ Get(int) int }}).Get(1))",
                numbers[0]
            ),
            _ => line!(self, "trace.P({}, any({x}).({named}))", numbers[0]),
        }
    }

    /// The order of calls, receives and assignments.
    fn order(&mut self) {
        let numbers: Vec<_> = (0..12).map(|_| self.number()).collect();
        let t = |index: usize, x: &str| format!("trace.T({}, {x})", numbers[index]);
        let ty = self.value_type(1);
        let of = self.type_text(&ty);
        let (x, y) = (self.leaf(&ty).text, self.leaf(&ty).text);
        let i = self.random.below(3);
        line!(
            self,
            "a, m := []{of}{{{x}, {y}, {x}}}, map[string]{of}{{}}\nvar np *[3]{of}\nvar nm map[string]{of}\n_, _ = np, nm\nch := make(chan {of}, 3)\nch <- {x}\nch <- {y}\nj := {i}"
        );
        match self.random.below(8) {
            0 => line!(self, "a[{}], m[{}] = {}, {}", t(0, "j"), t(1, "\"k\""), t(2, &x), t(3, &y)),
            1 => line!(self, "j, a[j] = {}, {}\nj %= 3", t(0, "j+1"), t(1, &x)),
            2 => line!(
                self,
                "a[{}], j, m[{}] = {}, {}, <-ch",
                t(0, "j"),
                t(1, "\"q\""),
                t(2, &y),
                t(3, "2")
            ),
            3 => line!(
                self,
                "x, ok := m[{}]\ntrace.P({}, x, ok, <-ch, {}, <-ch)",
                t(0, "\"k\""),
                numbers[4],
                t(1, &x)
            ),
            4 => line!(self, "nm[{}] = {}", t(0, "\"n\""), t(1, &x)),
            5 => line!(self, "a[{}] = {}", t(0, "j+3"), t(1, &x)),
            6 => line!(self, "np[{}], a[0] = {}, {}", t(0, "1"), t(1, &x), t(2, &y)),
            _ => line!(self, "m[{}], a[{}] = {}, {}", t(0, "\"z\""), t(1, "j"), t(2, &y), t(3, &x)),
        }
        line!(
            self,
            "trace.P({}, {} && {} || {}, {}, a[j%3], m, j)\nlist := [...]int{{2: {}, 0: {}, 1: {}}}\ntrace.P({}, list)",
            numbers[5],
            t(6, "j > 1"),
            t(7, "j > 0"),
            t(8, "j < 9"),
            t(9, "1"),
            t(10, "2"),
            t(11, "3"),
            t(10, "4"),
            numbers[6]
        );
    }
}
