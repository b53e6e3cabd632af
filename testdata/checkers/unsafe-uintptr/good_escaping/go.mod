module example.com/goodescaping

go 1.27
