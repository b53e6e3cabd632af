module example.com/badfields

go 1.27
