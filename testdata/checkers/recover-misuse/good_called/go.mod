module example.com/good_called

go 1.27
