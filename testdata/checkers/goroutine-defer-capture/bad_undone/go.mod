module example.com/bad_undone

go 1.27
