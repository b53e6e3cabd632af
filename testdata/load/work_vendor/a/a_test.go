package a

import "testing"

func TestNothing(*testing.T) {}
