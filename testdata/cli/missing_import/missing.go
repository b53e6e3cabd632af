package missing

import (
	"example.com/missing/nowhere"
	"example.org/not/required"
	"notstd/either"
)

var sum = nowhere.X + required.Y + either.Z

func Rest() int { return "the rest is checked" }
