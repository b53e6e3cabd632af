module example.com/bad_other

go 1.27
