module example.com/goodpinned

go 1.27
