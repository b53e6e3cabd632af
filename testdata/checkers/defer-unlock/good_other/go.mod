module example.com/good_other

go 1.27
