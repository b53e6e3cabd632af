module example.com/m

go 1.21

require (
	example.com/local v1.0.0
	example.com/far/away v0.3.0 // indirect
	example.com/two v1.2.0
)

exclude example.com/two v1.3.0

replace (
	example.com/far/away => ./with-hyphen
	example.com/local v1.0.0 => ./local
	example.com/two v1.2.0 => ./two12
	example.com/two v1.3.0 => ./never
	example.com/unused => ./unused
)
