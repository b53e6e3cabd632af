//go:build linux
// +build windows

package constraints
