module example.com/bad_direct

go 1.27
