module example.com/bad_globals

go 1.27
