module example.com/good_paths

go 1.27
