module example.com/bad_range

go 1.27
