module example.com/good_calls

go 1.27
