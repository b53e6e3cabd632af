module example.com/bad_local

go 1.27
