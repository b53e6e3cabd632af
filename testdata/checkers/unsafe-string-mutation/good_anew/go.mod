module example.com/good_anew

go 1.27
