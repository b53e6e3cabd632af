package questions

// documented has a comment,
// of two lines.
//
//go:noinline
func documented(a, b int) {
	// Above it.
	askSyntax(a + b) // want `api: Binary "a \+ b" in ExpressionStatement "askSyntax\(a \+ b\)", comments "// Above it.", func "documented has a comment,\\nof two lines."`
	if f := func() int { return a }; f() > b {
		askSyntax(&pair{a: 1}) // want `api: Unary "&pair\{a: 1\}" in ExpressionStatement`
	}
}
