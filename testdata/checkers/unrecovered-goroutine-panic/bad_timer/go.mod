module example.com/bad_timer

go 1.27
