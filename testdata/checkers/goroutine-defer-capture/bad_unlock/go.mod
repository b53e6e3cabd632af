module example.com/bad_unlock

go 1.27
