module example.com/good_rounds

go 1.27
