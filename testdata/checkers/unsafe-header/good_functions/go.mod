module example.com/good_functions

go 1.27
