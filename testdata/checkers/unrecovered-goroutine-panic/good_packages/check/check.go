// Package check tests numbers.
package check

import "fmt"

func Positive(values []int) {
	for _, value := range values {
		if value < 0 {
			panic(fmt.Errorf("%d is negative", value))
		}
	}
}

func Try(values []int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("check: %v", r)
		}
	}()
	Positive(values)
	return nil
}
