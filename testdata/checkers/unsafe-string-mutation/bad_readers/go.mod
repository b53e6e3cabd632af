module example.com/bad_readers

go 1.27
