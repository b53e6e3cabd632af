module example.com/good_range

go 1.27
