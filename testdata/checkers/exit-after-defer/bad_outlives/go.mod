module example.com/bad_outlives

go 1.27
