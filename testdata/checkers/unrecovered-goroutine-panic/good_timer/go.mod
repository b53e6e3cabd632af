module example.com/good_timer

go 1.27
