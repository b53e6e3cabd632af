module example.com/v

go 1.24

require example.com/a v1.0.0

require example.com/b v1.1.0 // indirect

replace (
	example.com/a => ./a
	example.com/b v1.1.0 => ./b
)
