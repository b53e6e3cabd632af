module example.com/bad_called

go 1.27
