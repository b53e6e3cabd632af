module example.com/bad_join

go 1.27
