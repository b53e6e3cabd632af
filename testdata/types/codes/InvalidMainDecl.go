// main is a function.
package main

var main = 1
