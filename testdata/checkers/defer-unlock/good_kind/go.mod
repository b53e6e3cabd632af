module example.com/good_kind

go 1.27
