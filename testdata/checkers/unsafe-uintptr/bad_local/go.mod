module example.com/badlocal

go 1.27
