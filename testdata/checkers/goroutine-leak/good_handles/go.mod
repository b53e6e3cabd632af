module example.com/good_handles

go 1.27
