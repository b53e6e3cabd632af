module example.com/bad_generic

go 1.27
