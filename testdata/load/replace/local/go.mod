module example.com/local

go 1.16

require (
	example.com/far/away v0.3.0
	example.com/two v1.3.0
)
