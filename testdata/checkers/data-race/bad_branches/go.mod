module example.com/bad_branches

go 1.27
