module example.com/bad_work

go 1.27
