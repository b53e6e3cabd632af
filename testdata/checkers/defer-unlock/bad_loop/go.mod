module example.com/bad_loop

go 1.27
