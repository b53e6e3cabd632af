module example.com/bad_fields

go 1.27
