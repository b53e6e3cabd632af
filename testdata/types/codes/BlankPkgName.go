// A package cannot be blank.
package _

var x = y
