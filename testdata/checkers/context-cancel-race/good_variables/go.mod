module example.com/good_variables

go 1.27
