module example.com/good_callback

go 1.27
