module example.com/bad_goroutines

go 1.27
