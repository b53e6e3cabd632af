module example.com/good_appended

go 1.27
