module example.com/bad_rounds

go 1.27
