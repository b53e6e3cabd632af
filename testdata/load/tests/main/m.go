package main

import _ "example.com/tests/p"

func main() {}
