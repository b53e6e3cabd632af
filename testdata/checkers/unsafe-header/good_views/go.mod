module example.com/good_views

go 1.27
