module example.com/bad_groups

go 1.27
