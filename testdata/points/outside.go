// Package m has no main function: callers that are not seen call what is exported.
package m

func reveal(p any) {}

// A parameter may be a variable that callers made, and any that they got from the package.

type Conn struct {
	// What callers do not assign is what the package assigned.
	buffer *[8]byte
	Next   *Conn
	Name   *string
}

func Dial() *Conn {
	c := &Conn{buffer: new([8]byte)}
	return c
}

var hidden = &Conn{}

func (c *Conn) Use() {
	reveal(c)        // points to new:16 outside:Conn
	reveal(c.buffer) // points to new:16
	reveal(c.Next)   // points to new:16 outside:Conn
	reveal(c.Name)   // points to outside:string
	reveal(hidden)   // points to new:20
}

// What nobody gives to callers is not theirs, nor is what they cannot name and never got.

type token struct{ value *int }

func Check() {
	t := &token{new(int)}
	check(t)
}

func check(t *token) {
	reveal(t)       // points to new:35
	reveal(t.value) // points to new:35
}

// A variable of a type that they cannot name they may have once they got one. They may copy it.

type session struct{ state *int }

func Open() *session { return &session{new(int)} }

func (s *session) Close() {
	reveal(s)       // points to new:48 outside:session
	reveal(s.state) // points to new:48
}

// The types that an assertion names are asked for of callers.

type local struct{ x *int }

type Public struct{ X *int }

func Assert(v any) {
	if v, ok := v.(*local); ok {
		reveal(v) // points to nothing
	}
	if v, ok := v.(*Public); ok {
		reveal(v)   // points to outside:Public
		reveal(v.X) // points to outside:int
	}
	if v, ok := v.(*session); ok {
		reveal(v) // points to new:48 outside:session
	}
}

// An interface may hold values whose methods are not seen, and those of known types.

type Store interface {
	Put(*Item) *Item
}

type Item struct{ secret *int }

type memory struct{ last *Item }

func (m *memory) Put(item *Item) *Item {
	reveal(item) // points to new:95 outside:Item
	reveal(m)    // points to new:91 outside:memory
	m.last = item
	return item
}

func NewStore() Store { return &memory{} }

func Fill(store Store) {
	reveal(store) // points to outside:any
	item := &Item{new(int)}
	got := store.Put(item)
	reveal(got)        // points to new:95 outside:Item
	reveal(got.secret) // points to new:95
}

// What a callback gets callers have, and what it gives back is theirs.

type Event struct{ payload *int }

type result struct{ code *int }

func Each(visit func(*Event) *Event, done func()) {
	event := &Event{new(int)}
	back := visit(event)
	reveal(back)         // points to new:108 outside:Event
	reveal(back.payload) // points to new:108
	done()
	private := &Event{}
	reveal(private) // points to new:113
}

func Replay(event *Event) {
	reveal(event) // points to new:108 outside:Event
}

// Functions that callers got they call, and what these capture is what it was.

func Counter() func(*int) {
	total := new(int)
	return func(step *int) {
		reveal(total) // points to new:124
		reveal(step)  // points to outside:int
	}
}

// Exported variables they read and assign.

var Default = new(Option)

type Option struct{ Value *int }

var Hook func(*Option)

var internal func(*Option)

func Run() {
	reveal(Default) // points to new:133 new:143 outside:Option
	option := new(Option)
	if Hook != nil {
		Hook(option)
	}
	if internal != nil {
		internal(new(Option))
	}
	reveal(Default) // points to new:133 new:143 outside:Option
}

// What is in slices, maps and channels that they pass.

type Elem struct{ x *int }

func Collect(list []*Elem, table map[string]*Elem, ch chan *Elem) {
	reveal(list[0])       // points to outside:Elem
	reveal(table["name"]) // points to outside:Elem
	reveal(<-ch)          // points to outside:Elem
}
