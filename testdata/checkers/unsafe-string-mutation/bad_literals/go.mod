module example.com/bad_literals

go 1.27
