package syntax

// Good is checked although the other file of its package is broken.
func Good() int { return "not an int" }
