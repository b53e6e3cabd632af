module example.com/good_helper

go 1.27
