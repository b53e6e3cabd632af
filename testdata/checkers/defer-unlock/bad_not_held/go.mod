module example.com/bad_not_held

go 1.27
