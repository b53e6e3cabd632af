module example.com/good_close

go 1.27
