module example.com/bad_calls

go 1.27
