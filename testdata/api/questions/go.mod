module example.com/questions

go 1.27
