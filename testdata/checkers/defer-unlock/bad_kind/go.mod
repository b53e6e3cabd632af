module example.com/bad_kind

go 1.27
