//go:build never
