module example.com/good_nested

go 1.27
