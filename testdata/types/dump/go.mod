module fixture

go 1.27
