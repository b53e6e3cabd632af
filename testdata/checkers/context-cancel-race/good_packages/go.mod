module example.com/good_packages

go 1.27
