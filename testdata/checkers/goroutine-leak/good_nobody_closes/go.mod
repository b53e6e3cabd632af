module example.com/good_nobody_closes

go 1.27
