module example.com/good_told

go 1.27
