module example.com/good_dynamic

go 1.27
