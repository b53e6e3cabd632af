module example.com/bad_nested

go 1.27
