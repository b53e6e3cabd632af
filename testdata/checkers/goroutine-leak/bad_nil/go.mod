module example.com/bad_nil

go 1.27
