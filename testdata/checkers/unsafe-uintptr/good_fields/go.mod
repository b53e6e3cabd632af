module example.com/goodfields

go 1.27
