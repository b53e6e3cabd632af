// The directions of channels.
package p

var both chan int
var receive <-chan int = both
var send chan<- int = both
var _ chan int = receive
var _ chan<- int = receive
var _ <-chan int = send
var _ chan string = both

type C chan int
type D <-chan int

var c C
var _ D = c
