module example.com/bad_variables

go 1.27
