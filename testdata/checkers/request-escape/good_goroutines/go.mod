module example.com/good_goroutines

go 1.27
