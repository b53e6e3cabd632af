module example.com/good_generic

go 1.27
