// Variables are set before functions run that start goroutines, in whatever file they are.
package initorder

import (
	"net/http"
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

// Handlers are called when somebody serves, which nobody does before `main`.
var host string

func init() {
	http.HandleFunc("/host", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(host))
	})
	host, _ = os.Hostname()
}
