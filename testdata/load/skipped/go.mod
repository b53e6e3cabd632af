module example.com/skip

go 1.25

ignore (
	./static
	node_modules
)
