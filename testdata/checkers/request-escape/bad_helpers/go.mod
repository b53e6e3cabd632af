module example.com/bad_helpers

go 1.27
