module example.com/broken

go 1.27

require (
	example.com/x v1.0.0 extra
	example.com/y
)
frobnicate yes
