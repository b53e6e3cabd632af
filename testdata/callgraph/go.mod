module example.com/callgraph

go 1.27
