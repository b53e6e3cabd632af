module example.com/good_stored

go 1.27
