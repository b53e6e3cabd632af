module example.com/goodgeneric

go 1.27
