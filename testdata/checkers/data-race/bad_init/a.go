// What begins while packages are initialised, and what handlers do to each other.
package initorder

import (
	"net/http"
	"os"
	"time"
)

var (
	host  string
	calls int
)

func init() {
	go func() {
		println(host)
	}()
	host, _ = os.Hostname() // want `data-race: .host. is written here while another goroutine reads it`
}

func init() {
	http.HandleFunc("/calls", func(w http.ResponseWriter, r *http.Request) {
		calls++ // want `data-race: .calls. is written here`
	})
}

var since time.Time

// Whoever calls this may serve already.
func Register() {
	http.HandleFunc("/since", func(w http.ResponseWriter, r *http.Request) {
		println(since.String())
	})
	since = time.Now() // want `data-race: .since. is written here while another goroutine reads it`
}
