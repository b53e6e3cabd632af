module example.com/good_look_alikes

go 1.27
