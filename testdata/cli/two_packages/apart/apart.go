package apart

func Apart() int { return "in a directory of its own" }
