module example.com/good_closures

go 1.27
