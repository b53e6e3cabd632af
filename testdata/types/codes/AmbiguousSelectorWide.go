// A struct with many fields, most of them embedded.
package p

type part0 struct{ field0, shared int }

func (part0) Method0() {}

func (*part0) Pointer0() {}

type part1 struct{ field1, shared int }

func (part1) Method1() {}

func (*part1) Pointer1() {}

type part2 struct{ field2, shared int }

func (part2) Method2() {}

func (*part2) Pointer2() {}

type part3 struct{ field3, shared int }

func (part3) Method3() {}

func (*part3) Pointer3() {}

type part4 struct{ field4, shared int }

func (part4) Method4() {}

func (*part4) Pointer4() {}

type part5 struct{ field5, shared int }

func (part5) Method5() {}

func (*part5) Pointer5() {}

type part6 struct{ field6, shared int }

func (part6) Method6() {}

func (*part6) Pointer6() {}

type part7 struct{ field7, shared int }

func (part7) Method7() {}

func (*part7) Pointer7() {}

type part8 struct{ field8, shared int }

func (part8) Method8() {}

func (*part8) Pointer8() {}

type part9 struct{ field9, shared int }

func (part9) Method9() {}

func (*part9) Pointer9() {}

type part10 struct{ field10, shared int }

func (part10) Method10() {}

func (*part10) Pointer10() {}

type part11 struct{ field11, shared int }

func (part11) Method11() {}

func (*part11) Pointer11() {}

type part12 struct{ field12, shared int }

func (part12) Method12() {}

func (*part12) Pointer12() {}

type part13 struct{ field13, shared int }

func (part13) Method13() {}

func (*part13) Pointer13() {}

type part14 struct{ field14, shared int }

func (part14) Method14() {}

func (*part14) Pointer14() {}

type part15 struct{ field15, shared int }

func (part15) Method15() {}

func (*part15) Pointer15() {}

type part16 struct{ field16, shared int }

func (part16) Method16() {}

func (*part16) Pointer16() {}

type part17 struct{ field17, shared int }

func (part17) Method17() {}

func (*part17) Pointer17() {}

type part18 struct{ field18, shared int }

func (part18) Method18() {}

func (*part18) Pointer18() {}

type part19 struct{ field19, shared int }

func (part19) Method19() {}

func (*part19) Pointer19() {}

type part20 struct{ field20, shared int }

func (part20) Method20() {}

func (*part20) Pointer20() {}

type part21 struct{ field21, shared int }

func (part21) Method21() {}

func (*part21) Pointer21() {}

type part22 struct{ field22, shared int }

func (part22) Method22() {}

func (*part22) Pointer22() {}

type part23 struct{ field23, shared int }

func (part23) Method23() {}

func (*part23) Pointer23() {}

type part24 struct{ field24, shared int }

func (part24) Method24() {}

func (*part24) Pointer24() {}

type part25 struct{ field25, shared int }

func (part25) Method25() {}

func (*part25) Pointer25() {}

type part26 struct{ field26, shared int }

func (part26) Method26() {}

func (*part26) Pointer26() {}

type part27 struct{ field27, shared int }

func (part27) Method27() {}

func (*part27) Pointer27() {}

type part28 struct{ field28, shared int }

func (part28) Method28() {}

func (*part28) Pointer28() {}

type part29 struct{ field29, shared int }

func (part29) Method29() {}

func (*part29) Pointer29() {}

type part30 struct{ field30, shared int }

func (part30) Method30() {}

func (*part30) Pointer30() {}

type part31 struct{ field31, shared int }

func (part31) Method31() {}

func (*part31) Pointer31() {}

type part32 struct{ field32, shared int }

func (part32) Method32() {}

func (*part32) Pointer32() {}

type part33 struct{ field33, shared int }

func (part33) Method33() {}

func (*part33) Pointer33() {}

type part34 struct{ field34, shared int }

func (part34) Method34() {}

func (*part34) Pointer34() {}

type part35 struct{ field35, shared int }

func (part35) Method35() {}

func (*part35) Pointer35() {}

type part36 struct{ field36, shared int }

func (part36) Method36() {}

func (*part36) Pointer36() {}

type part37 struct{ field37, shared int }

func (part37) Method37() {}

func (*part37) Pointer37() {}

type part38 struct{ field38, shared int }

func (part38) Method38() {}

func (*part38) Pointer38() {}

type part39 struct{ field39, shared int }

func (part39) Method39() {}

func (*part39) Pointer39() {}

type deep struct {
	*inner
	hidden int
}

type inner struct{ below, hidden int }

type named interface{ Named() }

type wide struct {
	*part0
	part1
	part2
	*part3
	part4
	part5
	*part6
	part7
	part8
	*part9
	part10
	part11
	*part12
	part13
	part14
	*part15
	part16
	part17
	*part18
	part19
	part20
	*part21
	part22
	part23
	*part24
	part25
	part26
	*part27
	part28
	part29
	*part30
	part31
	part32
	*part33
	part34
	part35
	*part36
	part37
	part38
	*part39
	deep
	named
	own int
}

type twice struct {
	wide
	other
}

type other struct{ own string }

func (wide) Own() {}

func use(w wide, p *wide, t twice) {
	w.field0 = 0
	w.field1 = 1
	w.field2 = 2
	w.field3 = 3
	w.field4 = 4
	w.field5 = 5
	p.Method6()
	p.Method7()
	p.Method8()
	p.Method9()
	p.Method10()
	p.Method11()
	w.Pointer1()
	wide{}.Pointer1()
	wide{}.Pointer3()
	w.shared = 1
	p.shared = 1
	w.hidden, w.below, w.own = 1, 2, 3
	w.Named()
	w.Own()
	p.Own()
	w.missing()
	w.Field1 = 1
	w.method1()
	w.inner.below = ""
	w.below = ""
	p.part3.field3 = ""
	t.own = 1
	t.field7 = ""
	_ = t.shared
	_ = twice.Own
	_ = (*wide).Pointer2
	_ = wide.Pointer2
	_ = wide.Pointer3
}
