module example.com/bad_itself

go 1.27
