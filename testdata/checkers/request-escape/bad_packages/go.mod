module example.com/bad_packages

go 1.27
