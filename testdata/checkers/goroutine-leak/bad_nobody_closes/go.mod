module example.com/bad_nobody_closes

go 1.27
