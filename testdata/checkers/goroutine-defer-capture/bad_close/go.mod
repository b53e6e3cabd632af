module example.com/bad_close

go 1.27
