module example.com/bad_method

go 1.27
