//! Printing and reading back: every text and every body survives, and no text makes the reader
//! panic.

use gossa_ssa::{Body, print, read};

const ALL: &str = r#"func m.f(v0: *m.T, v1: int, v2: []byte, v3: map[string]int, v4: chan int, v5: bool, v6: any, v7: func(x: int, ...[]string) (string, error)) (int, error) {
b0:
  v8 = const 12 : int
  v9 = const "a\"\xff\n" : string
  v10 = const 0.1 : float64
  v11 = const complex(1.5, 2/3) : complex128
  v12 = zero : *"gopkg.in/yaml.v2".Node
  v13 = func m.T.g : func(*m.T)
  v14 = global "a b".x#2 : *int
  v15 = table {0: 1, 2: "x", 3: {1: true}} : struct{a: int, b: string, c: string, m.d: [2]bool @"json:\"d\""}
  v16 = table of []int [7]{3: 4} : m.Ints
  v17 = table map{"k": &{0: iface(int, 1)}} : map[string]*struct{embed X: any}
  v18 = alloc variable : *int
  v19 = load v18 : int
  store v18, v19
  v20 = fieldaddr v0, 3 : *int
  v21 = indexaddr v2, v1 : *byte
  v22 = field v15, 1 : string
  v23 = index v9, v1 : byte
  v24 = struct v1, v9 : struct{a: int, b: string}
  v25 = struct : struct{}
  v26 = array v1, v8 : [2]int
  v27 = withfield v24, 0, v8 : struct{a: int, b: string}
  v28 = withindex v26, v1, v8 : [2]int
  v29 = neg v1 : int
  v30 = shl v1, v8 : int
  v31 = convert bytes-to-string v2 : string
  v32 = narrow notnil v0 : *m.T
  v33 = unsafe add v12, v1 : unsafe.Pointer
  v34 = unsafe slicedata v2 : *byte
  v35 = makeinterface v1 : any
  v36 = changeinterface v6 : interface{String: func() string, m.x: func(), embed comparable}
  v37 = typeassert v6, int : int
  v38, v39 = typeassert ok v6, []chan<- <-chan int : []chan<- <-chan int, bool
  v40 = closure m.f$1(v18, v1) : func()
  v41 = methodvalue v0.(func m.T.g via 0, 1 of *m.T) : func()
  v42 = methodexpr (String of fmt.Stringer) : func(fmt.Stringer) string
  v43, v44 = call v7(v1, v2) : string, error
  call m.T.g(v0)
  v45 = call v6.(m of interface{m: func() (a: int)})(v1) : int
  go m.G[int, map[string]chan (<-chan int)](v1)
  defer builtin close(v4)
  v46 = deferstack : invalid
  defer in v46 v7(v1, v2)
  rundefers
  v47 = recover : any
  v48 = makeslice v1 : []int
  v49 = makeslice v1, v8 : []int
  v50 = makemap : map[string]int
  v51 = makechan v8 : chan int
  v52 = slice v2[v1:] : []byte
  v53 = slice v2[:v1:v8] : []byte
  v54 = slice v2[:] : []byte
  v55 = maplookup v3, v9 : int
  v56, v57 = maplookup ok v3, v9 : int, bool
  mapupdate v3, v9, v1
  v58 = range v3 : map[string]int
  v59, v60, v61 = next v58 : bool, string, int
  v62 = builtin append(v2, v2) : []byte
  send v4, v1
  v63 = receive v4 : int
  v64, v65 = receive ok v4 : int, bool
  v66 = hole : invalid
  hole
  branch v5, b1, b2
b1: unwind b7
  jump b3(v1, v9)
b2:
  select send v4, v1 -> b4, receive v4 -> b5, default -> b6
b3(v67: int, v68: string):
  return v67, v44
b4:
  panic v6
b5(v69: int, v70: bool):
  unreachable
b6:
  select
b7:
  unwind b8
b8:
  return
}
rangebody m.f$1(capture v0: *int, capture v1: int, v2: m.List[m.f.local#1]) bool {
b0:
  unreachable
}
func m.x$var() {
b0:
  return
}
func "p [p.test]"$init() {
b0:
  return
}
"#;

fn round_trip(bodies: &[Body]) {
    let text = print(bodies);
    match read(&text) {
        Ok(again) => assert_eq!(again, bodies, "{text}"),
        Err(error) => panic!("{error} in\n{text}"),
    }
}

#[test]
fn canonical_text_is_printed_as_it_was_read() {
    let bodies = read(ALL).unwrap();
    assert_eq!(print(&bodies), ALL);
    round_trip(&bodies);
}
