module example.com/good_groups

go 1.27
