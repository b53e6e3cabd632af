module example.com/bad_changed

go 1.27
