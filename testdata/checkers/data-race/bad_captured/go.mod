module example.com/bad_captured

go 1.27
