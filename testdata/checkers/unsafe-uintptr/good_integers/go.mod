module example.com/goodintegers

go 1.27
