// Package leak waits for channels in another language.
package leak

func await(c chan int)
func post(c chan int)
func watch(c chan int)

func nobodySends() {
	c := make(chan int)
	go func() {
		await(c) // want `goroutine-leak`
	}()
}

func somebodySends() {
	c := make(chan int)
	go await(c)
	post(c)
}

func somebodyMaySend() {
	c := make(chan int)
	watch(c)
	go func() { <-c }()
}
