module example.com/good_itself

go 1.27
