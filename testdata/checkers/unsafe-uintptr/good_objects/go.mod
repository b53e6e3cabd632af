module example.com/goodobjects

go 1.27
