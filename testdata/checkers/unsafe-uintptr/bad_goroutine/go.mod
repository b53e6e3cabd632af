module example.com/badgoroutine

go 1.27
