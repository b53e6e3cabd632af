module example.com/pointsto

go 1.27
