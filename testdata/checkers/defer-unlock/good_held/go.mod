module example.com/good_held

go 1.27
