module example.com/good_values

go 1.27
