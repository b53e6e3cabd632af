//go:build 386 || arm

package configurations

// On machines whose int has 32 bits this constant does not fit.
const tooLarge int = 1 << 40
