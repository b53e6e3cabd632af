module example.com/bad_explicit

go 1.27
