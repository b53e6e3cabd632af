module example.com/badmethods

go 1.27
