module example.com/good_own

go 1.27
