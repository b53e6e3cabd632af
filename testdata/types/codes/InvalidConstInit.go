// What is not known when compiling is no constant.
package p

var v = 1

const a = v
const b = f()
const c = []int{}
const d = nil
const e int = v
const g = len("abc"[:v])

func f() int { return 1 }

func g2(x int) {
	const y = x
	const z = "s"[0]
}
