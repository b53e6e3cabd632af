module example.com/configurations

go 1.27
