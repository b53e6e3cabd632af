// Variables are set before functions run that start goroutines, in whatever file they are.
package initorder

import (
	"os"
	"os/signal"

	"example.com/initorder/level"
)

var (
	notices = make(chan os.Signal, 1)
	verbose = os.Getenv("VERBOSE") != ""
)

func init() {
	signal.Notify(notices, os.Interrupt)
	go func() {
		for range notices {
			if verbose || level.Current() > 1 {
				println("interrupted")
			}
		}
	}()
}
