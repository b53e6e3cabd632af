module example.com/bad_paths

go 1.27
