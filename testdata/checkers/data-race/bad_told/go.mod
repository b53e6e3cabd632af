module example.com/bad_told

go 1.27
