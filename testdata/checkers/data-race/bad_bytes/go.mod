module example.com/bad_bytes

go 1.27
