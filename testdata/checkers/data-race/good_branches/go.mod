module example.com/good_branches

go 1.27
