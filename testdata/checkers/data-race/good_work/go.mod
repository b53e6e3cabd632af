module example.com/good_work

go 1.27
