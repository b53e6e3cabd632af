module example.com/good_unlock

go 1.27
