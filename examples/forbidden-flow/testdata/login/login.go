// Package login handles secrets, well and badly.
package login

import (
	"crypto/sha256"
	"fmt"
	"log"
	"net/http"

	"example.com/login/store"
)

type session struct {
	user, secret string
	history      []string
}

type printer interface{ show(line string) }

type logPrinter struct{ prefix string }

func (p logPrinter) show(line string) {
	log.Println(p.prefix, line) // want `forbidden-flow: the result of net/http.Request.BasicAuth gets to argument 0 of log.Println`
}

type quiet struct{}

func (quiet) show(string) {}

func handle(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	s := &session{user: "x", secret: password}
	s.remember()
	log.Printf("session of %s", s.user)
	_, _ = fmt.Fprintf(w, "%x", sha256.Sum256([]byte(password)))
	tell(logPrinter{"login"}, s.history[0])
	quiet{}.show(password)
	if user == "" {
		http.Error(w, "bad "+s.secret, http.StatusForbidden) // want `forbidden-flow: .* gets to argument 1 of net/http.Error`
	}
}

func (s *session) remember() { s.history = append(s.history, s.user+":"+s.secret) }

func tell(p printer, line string) { p.show(line) }

func configure(token string, secret store.Secret) {
	store.Set(&store.Config{User: "root", APIToken: token, RootSecret: secret})
}

func dump(ch chan any) {
	c := store.Get()
	log.Print(c.User, c.Description)
	log.Print(c.APIToken)           // want `forbidden-flow: field example.com/login/store.Config.APIToken`
	log.Print(redacted(c.APIToken)) // hidden
	ch <- c.RootSecret
	go func() {
		fmt.Println(<-ch) // want `forbidden-flow: a value of type example.com/login/store.Secret`
	}()
}

func redacted(string) string { return "***" }

func Main(w http.ResponseWriter, r *http.Request) {
	handle(w, r)
	configure("t", "s")
	dump(make(chan any, 1))
}
