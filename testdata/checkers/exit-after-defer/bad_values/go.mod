module example.com/bad_values

go 1.27
