module example.com/bad_helper

go 1.27
