module example.com/good_fields

go 1.27
