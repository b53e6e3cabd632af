module example.com/good_explicit

go 1.27
