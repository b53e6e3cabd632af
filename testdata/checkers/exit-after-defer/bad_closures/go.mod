module example.com/bad_closures

go 1.27
