// Cycles through sizes and lengths in which the type itself is not written as an operand's type,
// but its element, field or variable.
package p

type ofPointer [len((*ofPointer)(nil))]int // ERROR "invalid recursive type: ofPointer refers to itself"

type ofIndex [len([]ofIndex{}[0])]int // ERROR "invalid recursive type: ofIndex refers to itself"

type ofArray [len([1]ofArray{}[0])]int // ERROR "invalid recursive type: ofArray refers to itself"

type ofField [len(struct{ field ofField }{}.field)]int // ERROR "invalid recursive type: ofField refers to itself"

type ofSelector [len(selected{}.value)]int // ERROR "invalid recursive type: ofSelector refers to itself"

type selected struct{ value ofSelector }
