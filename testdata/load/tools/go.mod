module example.com/tools

go 1.24

tool (
	example.com/tools/cmd/gen
	example.com/dep/cmd/x
)

require example.com/dep v1.0.0 // indirect

replace example.com/dep => ./dep
