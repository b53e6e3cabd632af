module example.com/good_nil

go 1.27
