// Types that no constant can have.
package p

type S struct{}

const a []int = nil
const b S = S{}
const c *int = nil
const d error = nil
const e any = 1
