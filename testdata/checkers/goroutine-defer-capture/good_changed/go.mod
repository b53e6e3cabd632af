module example.com/good_changed

go 1.27
