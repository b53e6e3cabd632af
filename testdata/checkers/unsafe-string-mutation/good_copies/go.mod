module example.com/good_copies

go 1.27
