module example.com/bad_look_alikes

go 1.27
