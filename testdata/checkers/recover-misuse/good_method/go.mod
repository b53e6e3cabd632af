module example.com/good_method

go 1.27
