module example.com/bad_stored

go 1.27
