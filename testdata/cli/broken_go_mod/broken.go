package broken

func Broken() int { return "go.mod is broken, this file is not" }
