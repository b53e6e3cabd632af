module example.com/good_undone

go 1.27
