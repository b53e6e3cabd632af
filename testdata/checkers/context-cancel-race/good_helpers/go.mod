module example.com/good_helpers

go 1.27
