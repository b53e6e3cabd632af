package constraints

//go:build never
