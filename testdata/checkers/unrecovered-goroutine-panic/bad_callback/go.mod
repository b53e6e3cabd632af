module example.com/bad_callback

go 1.27
