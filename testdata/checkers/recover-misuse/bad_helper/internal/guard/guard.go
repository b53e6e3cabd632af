// Package guard makes errors of panics.
package guard

import "fmt"

func Err() error {
	if r := recover(); r != nil { // want `recover-misuse`
		return fmt.Errorf("panic: %v", r)
	}
	return nil
}
