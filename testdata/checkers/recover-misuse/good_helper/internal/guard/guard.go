// Package guard makes errors of panics.
package guard

import "fmt"

func Err(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}
