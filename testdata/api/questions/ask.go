// Package questions asks: a test finds the calls of these functions, asks the API about their
// arguments or their place, and reports the answer.
package questions

func askAlias(p, q *int)      {}
func askLocks()               {}
func askParallel(name string) {}
func askStructure()           {}
func askSyntax(x any)         {}
func askType(x any)           {}
func askEscape(x any)         {}
