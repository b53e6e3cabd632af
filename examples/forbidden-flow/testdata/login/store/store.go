// Package store keeps what others put in.
package store

// Secret is not to be shown.
type Secret string

type Config struct {
	User        string
	APIToken    string
	RootSecret  Secret
	Description string
}

var current *Config

func Set(c *Config) { current = c }

func Get() *Config { return current }
