package buffer

var wrong int = "not a number"
