module example.com/good_before

go 1.27
