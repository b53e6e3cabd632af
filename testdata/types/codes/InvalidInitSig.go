// What init and main look like.
package p

func init(x int)          {}
func init() int           { return 1 }
func init[P any]()        {}
func (x T) init()         {}

type T struct{}

func main(x int) {}
